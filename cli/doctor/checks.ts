import { accountChecks } from './accounts.ts'
import { allowedAmiChecks } from './allowed-amis.ts'
import { buildInstanceChecks } from './build-instances.ts'
import { capacityChecks } from './capacity.ts'
import type { Check } from './check.ts'
import { deploymentChecks } from './deployment.ts'
import { imageBuilderChecks } from './image-builder.ts'
import { keyChecks } from './keys.ts'
import { lifetimeChecks } from './lifetimes.ts'
import { managedPolicyChecks } from './managed-policies.ts'
import { nameChecks } from './names.ts'
import { networkChecks } from './networks.ts'
import { parentChecks } from './parents.ts'
import { pointerChecks } from './pointers.ts'
import { quotaChecks } from './quotas.ts'
import { ruleChecks } from './rules.ts'
import { scheduleChecks } from './schedules.ts'
import { subscriptionChecks } from './subscriptions.ts'
import { versionCheck } from './version.ts'

/** All of them, group by group. */
export const checks: readonly Check[] = [
  ...deploymentChecks,
  versionCheck,
  ...nameChecks,
  ...accountChecks,
  ...allowedAmiChecks,
  ...parentChecks,
  ...managedPolicyChecks,
  ...keyChecks,
  ...quotaChecks,
  ...capacityChecks,
  ...ruleChecks,
  ...pointerChecks,
  ...subscriptionChecks,
  ...imageBuilderChecks,
  ...networkChecks,
  ...buildInstanceChecks,
  ...lifetimeChecks,
  ...scheduleChecks,
]
