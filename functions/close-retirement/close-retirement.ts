import { causeText, type Failure } from '../../domain/messages/failures.ts'
import { retirementIncomplete } from '../../domain/messages/retirement.ts'
import type { Release } from '../../domain/releases/release.ts'
import { retiredOf, usesKey } from '../../domain/releases/retirement.ts'
import { isWithdrawn, problemsOf, type WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import { releaseKey } from '../../ledger/campaigns.ts'
import { type OperationItem, operationKey, readOperation } from '../../ledger/operations.ts'
import type { Item, Ledger } from '../../ledger/table.ts'
import { readWithdrawals } from '../../ledger/withdrawals.ts'
import type { Notify } from '../runtime/notify.ts'

interface Request {
  operation: string
  /** The execution's ARN. */
  execution: string
  time: string
  /** What kept it from being planned or carried out at all. */
  failure?: Failure | undefined
}

/**
 * The end of a run of retirement: releases of which every AMI is deprecated, or gone, are marked so; people are told of
 * what could not be done. A repeat tells nobody again.
 *
 * @returns how many problems there were, and all of them in one sentence
 */
export async function closeRetirement(
  { ledger, notify }: { ledger: Ledger; notify: Notify },
  { operation, execution, time, failure }: Request,
) {
  const withdrawals = await readWithdrawals(ledger, operation)
  const before = await readOperation(ledger, operation)
  await mark(
    ledger,
    withdrawals.flatMap(({ amis }) => amis),
    before?.startedAt ?? time,
  )
  const problems = [...(failure ? [`${failure.error}: ${causeText(failure.cause)}`] : []), ...problemsOf(withdrawals)]
  const status: OperationItem['status'] = problems.length > 0 ? 'failed' : 'finished'
  if (problems.length > 0 && !before?.finishedAt) await notify(retirementIncomplete({ operation, execution, problems }))
  await ledger.set(operationKey(operation), { status, problems }, { finishedAt: time })
  return { problems: problems.length, sentence: problems.join('; ') }
}

async function mark(ledger: Ledger, amis: WithdrawnAmi[], time: string): Promise<void> {
  for (const some of Map.groupBy(amis, usesKey).values()) {
    const [{ image, version, action }] = some as [WithdrawnAmi]
    if (action === 'disable' || !some.every(isWithdrawn)) continue
    const key = releaseKey(image, version)
    const release = await ledger.get<Release & Item>(key)
    await ledger.set(key, { retired: retiredOf(release ?? {}, action, time) })
  }
}
