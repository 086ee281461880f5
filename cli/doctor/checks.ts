import { accountChecks } from './accounts.ts'
import type { Check } from './check.ts'
import { deploymentChecks } from './deployment.ts'
import { imageBuilderChecks } from './image-builder.ts'
import { keyChecks } from './keys.ts'
import { lifetimeChecks } from './lifetimes.ts'
import { pointerChecks } from './pointers.ts'
import { quotaChecks } from './quotas.ts'
import { ruleChecks } from './rules.ts'
import { scheduleChecks } from './schedules.ts'
import { subscriptionChecks } from './subscriptions.ts'

/** All of them, group by group. */
export const checks: readonly Check[] = [
  ...deploymentChecks,
  ...accountChecks,
  ...keyChecks,
  ...quotaChecks,
  ...ruleChecks,
  ...pointerChecks,
  ...subscriptionChecks,
  ...imageBuilderChecks,
  ...lifetimeChecks,
  ...scheduleChecks,
]
