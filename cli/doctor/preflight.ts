import type { Check } from './check.ts'
import { checks } from './checks.ts'

/** What may stop the first deploy or the first campaign, beside the pipelines: what a person may look at before there is a fleet. */
export const preflightChecks: readonly Check[] = checks.filter(
  ({ group, beforeDeploy }) => beforeDeploy && group !== 'Deployment',
)
