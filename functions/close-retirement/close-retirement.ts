import { causeText, type Failure } from '../../domain/messages/failures.ts'
import { retirementIncomplete } from '../../domain/messages/retirement.ts'
import { type Leftover, problemsOfLeftovers } from '../../domain/releases/leftovers.ts'
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
 * The end of a run of retirement: releases of which every AMI is deprecated, or gone, are marked so, and
 * bakes of which nothing is left are forgotten; people are notified of
 * what could not be done. A repeat tells nobody again.
 *
 * @returns how many problems there were, and all of them in one sentence
 */
export async function closeRetirement(
  { ledger, notify }: { ledger: Pick<Ledger, 'operations' | 'releases'>; notify: Notify },
  { operation, execution, time, failure }: CloseRetirementInput,
) {
  const withdrawals = await ledger.operations.readWithdrawals(operation)
  const leftovers = await ledger.operations.readLeftovers(operation)
  const before = await ledger.operations.read(operation)
  await mark(
    ledger,
    [...withdrawals.flatMap(({ amis }) => amis), ...leftovers.flatMap(ofVersion)],
    before?.startedAt ?? time,
  )
  const problems = [
    ...(failure ? [`${failure.error}: ${causeText(failure.cause)}`] : []),
    ...problemsOf(withdrawals),
    ...problemsOfLeftovers(leftovers),
  ]
  if (problems.length > 0 && !before?.finishedAt) await notify(retirementIncomplete({ operation, execution, problems }))
  await ledger.operations.recordRetirementFinished(operation, problems, time)
  return { problems: problems.length, sentence: problems.join('; ') }
}

/** One AMI, or one image of Image Builder. */
type Settled = Pick<WithdrawnAmi, 'image' | 'version' | 'action' | 'outcome'>

const ofVersion = ({ version, ...leftover }: Leftover): Settled[] =>
  version === undefined ? [] : [{ ...leftover, version, action: 'remove' }]

async function mark(ledger: Pick<Ledger, 'releases'>, all: Settled[], time: string): Promise<void> {
  for (const some of Map.groupBy(all, usesKey).values()) {
    const [{ image, version, action }] = some as [Settled]
    if (action === 'disable' || !some.every(isWithdrawn)) continue
    const release = await ledger.releases.read({ image, version })
    // Of a failed bake there is none; or one that had its number before.
    if (release && !release.retired?.removedAt)
      await ledger.releases.recordRetired({ image, version }, retiredOf(release, action, time))
    if (action === 'remove') await ledger.releases.removeBake({ image, version })
  }
}
