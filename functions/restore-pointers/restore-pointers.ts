import { moveTemplates } from '../../aws/launch-templates.ts'
import { type Pause, pointTo, type Wanted } from '../../aws/pointers.ts'
import { failureLines, NotYet, TargetMismatch, Targets, tryEach } from '../../aws/targets.ts'
import { AnswersLate, RollbackIncomplete } from '../../domain/errors.ts'
import { channelParameter } from '../../domain/names.ts'
import type { Restored } from '../../domain/releases/rollback.ts'
import type { RollbackRingItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'

interface RestorePointersDeps {
  fleet: string
  ledger: Pick<Ledger, 'operations' | 'releases'>
  pause?: Pause
}

interface RestorePointersInput {
  operation: string
  ring: string
  time: string
}

/**
 * Points a ring's targets back: the parameter, the channels below it, the launch templates. Writes only what differs,
 * whatever becomes of other targets.
 *
 * @throws RollbackIncomplete naming every target that is not as it must be: the ring's step has it too; AnswersLate where one of
 * them may be so in a moment
 */
export async function restore(
  { fleet, ledger, pause }: RestorePointersDeps,
  { operation, ring, time }: RestorePointersInput,
) {
  const record = await ledger.operations.read(operation)
  const step = await ledger.operations.readRing(operation, ring)
  if (record?.kind !== 'rollback' || !step) throw new Error(`${operation} has no ring ${ring}`)
  const settle = (status: RollbackRingItem['status'], wrong: string[] = []) =>
    ledger.operations.recordRing(operation, ring, { status, at: time, wrong })
  await settle('restoring')
  const { image, to, previous } = record
  const before = previous === undefined ? undefined : await revokedAs(ledger, { image, version: previous })
  const revoked = await revokedAs(ledger, { image, version: to })
  if (revoked !== undefined) {
    await settle('wrong', [revoked])
    throw new RollbackIncomplete(revoked)
  }
  const [, partition = ''] = record.execution.split(':')
  const targets = new Targets({ fleet, partition, session: operation })
  const { failures } = await tryEach(step.targets, async ({ previous: had, ...place }) => {
    const target: Restored = before === undefined && had !== undefined ? { ...place, previous: had } : place
    const pointing = async () => pointTo(await targets.ssm(target), pointersOf(step, target), { pause })
    const ec2 = () => targets.ec2(target)
    await both(pointing(), moveTemplates(ec2, step.launchTemplates, target.ami))
  })
  const wrong = failureLines(failures)
  await settle(wrong.length === 0 ? 'done' : 'wrong', wrong)
  if (failures.some(({ error }) => error instanceof NotYet)) throw new AnswersLate(wrong.join('; '))
  if (wrong.length > 0) throw new RollbackIncomplete(wrong.join('; '))
  return { restored: step.targets.length }
}

/** Previous first, as everywhere: who reads in between sees no release twice. Where nothing is before it, there is none. */
const pointersOf = ({ parameter }: RollbackRingItem, { ami, previous }: Restored): Wanted => ({
  [parameter]: ami,
  [channelParameter(parameter, 'candidate')]: ami,
  [channelParameter(parameter, 'previous')]: previous,
  [channelParameter(parameter, 'stable')]: ami,
})

/** Another operation may have revoked meanwhile what it goes back to. */
async function revokedAs(
  { releases }: Pick<Ledger, 'releases'>,
  { image, version }: { image: string; version: string },
): Promise<string | undefined> {
  const { revoked } = (await releases.read({ image, version })) ?? {}
  return revoked && `${image} ${version} was revoked meanwhile: ${revoked.reason}`
}

/** The one goes on where the other fails. @throws what failed, or Wrong with both reasons */
async function both(...works: Promise<void>[]): Promise<void> {
  const reasons = (await Promise.allSettled(works)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason as Error] : [],
  )
  if (reasons.length > 1) throw new TargetMismatch([...new Set(reasons.map(({ message }) => message))].join(', '))
  if (reasons[0]) throw reasons[0]
}
