import { causeText, type Failure } from '../../domain/messages/failures.ts'
import { retirementIncomplete } from '../../domain/messages/retirement.ts'
import { retiredOf, usesKey } from '../../domain/releases/retirement.ts'
import { isWithdrawn, problemsOf, type WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

interface CloseRetirementInput {
  operation: string
  /** The execution's ARN. */
  execution: string
  time: string
  /** What kept it from being planned or carried out at all. */
  failure?: Failure | undefined
}

/**
 * The end of a run of retirement: releases of which every AMI is deprecated, or gone, are marked so; people are notified of
 * what could not be done. A repeat tells nobody again.
 *
 * @returns how many problems there were, and all of them in one sentence
 */
export async function closeRetirement(
  { ledger, notify }: { ledger: Pick<Ledger, 'operations' | 'releases'>; notify: Notify },
  { operation, execution, time, failure }: CloseRetirementInput,
) {
  const withdrawals = await ledger.operations.readWithdrawals(operation)
  const before = await ledger.operations.read(operation)
  await mark(
    ledger,
    withdrawals.flatMap(({ amis }) => amis),
    before?.startedAt ?? time,
  )
  const problems = [...(failure ? [`${failure.error}: ${causeText(failure.cause)}`] : []), ...problemsOf(withdrawals)]
  if (problems.length > 0 && !before?.finishedAt) await notify(retirementIncomplete({ operation, execution, problems }))
  await ledger.operations.recordRetirementFinished(operation, problems, time)
  return { problems: problems.length, sentence: problems.join('; ') }
}

async function mark(ledger: Pick<Ledger, 'releases'>, amis: WithdrawnAmi[], time: string): Promise<void> {
  for (const some of Map.groupBy(amis, usesKey).values()) {
    const [{ image, version, action }] = some as [WithdrawnAmi]
    if (action === 'disable' || !some.every(isWithdrawn)) continue
    const release = await ledger.releases.read({ image, version })
    await ledger.releases.recordRetired({ image, version }, retiredOf(release ?? {}, action, time))
  }
}
