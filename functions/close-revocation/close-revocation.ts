import type { SFNClient } from '@aws-sdk/client-sfn'
import { releaseRevoked } from '../../domain/messages/revocations.ts'
import { forgetRevoked } from '../../domain/planning/holds.ts'
import { problemsOf } from '../../domain/releases/withdrawal.ts'
import type { RevocationItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { rollbackOf } from '../../ledger/operations.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface CloseRevocationDeps {
  ledger: Pick<Ledger, 'fleetState' | 'operations'>
  notify: Notify
  stepFunctions: SFNClient
  campaignArn: string
  count: Count
}

/**
 * The end of a revocation: what was affected is baked again, and people are notified what is done and what is not. A second
 * call tells nobody again.
 *
 * @returns how many things are not as they should be
 */
export async function close(deps: CloseRevocationDeps, { operation, time }: { operation: string; time: string }) {
  const { ledger } = deps
  const item = await ledger.operations.readRevocation(operation)
  if (!item) throw new Error(`there is no operation ${operation}`)
  if (item.status !== 'running') return { problems: item.problems?.length ?? 0 }
  const withdrawals = await ledger.operations.readWithdrawals(operation)
  const problems = [...(await rollbackProblems(ledger, item)), ...(item.problems ?? []), ...problemsOf(withdrawals)]
  await ledger.fleetState.change((known) => item.stranded.reduce(forgetRevoked, known))
  const campaign = await rebake(deps, item)
  const { image, version, reason = '', by, releases, goBack, stranded } = item
  await deps.notify(
    releaseRevoked({
      operation,
      execution: item.execution,
      image,
      version,
      reason,
      by,
      campaign,
      problems,
      releases,
      goBack,
      stranded,
      withdrawals,
    }),
  )
  await ledger.operations.recordRevocationFinished(operation, problems, time, campaign)
  return { problems: problems.length }
}

/** What the pointers of an image came to is in the record of its own rollback. */
async function rollbackProblems(
  ledger: Pick<Ledger, 'operations'>,
  { operation, goBack }: RevocationItem,
): Promise<string[]> {
  const found = await Promise.all(
    goBack.map(async ({ image, to }) => {
      const name = rollbackOf(operation, image)
      const record = await ledger.operations.read(name)
      if (!record)
        return [
          `${image} back to ${to}: its rollback did not begin: the execution ${operation} says why; then roll it back`,
        ]
      const { status, problems = [] } = record
      if (status === 'finished') return []
      const why = [...problems]
      // The record of one that died may still say that it runs, and has no problems then.
      if (status !== 'failed' || problems.length === 0)
        why.push(`its rollback did not run to its end: the execution ${name} says why; then roll ${image} back again`)
      return why.map((problem) => `${image} back to ${to}: ${problem}`)
    }),
  )
  return found.flat()
}

async function rebake(deps: CloseRevocationDeps, item: RevocationItem): Promise<string | undefined> {
  const { rebake: images, image, version, reason, startedAt } = item
  if (images.length === 0) return undefined
  const why = `${image} ${version} was revoked: ${reason}`
  return startCampaign(deps, { kind: 'manual', images, time: startedAt, reason: why })
}
