import type { SSMClient } from '@aws-sdk/client-ssm'
import { type Pause, pointOwn } from '../../aws/pointers.ts'
import { RollbackIncomplete } from '../../domain/errors.ts'
import { imageRolledBack } from '../../domain/messages/operations.ts'
import { pointerName } from '../../domain/names.ts'
import { hold, resume } from '../../domain/planning/holds.ts'
import { wentBack } from '../../domain/releases/rollback.ts'
import type { RollbackItem, RollbackRingItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

interface CloseRollbackDeps {
  fleet: string
  ledger: Pick<Ledger, 'fleetState' | 'operations' | 'releases'>
  ssm: SSMClient
  notify: Notify
  pause?: Pause
}

/**
 * The end of a rollback: the build account's channels and what children are baked from follow, unless only one ring went
 * back; people are notified. A second closing tells nobody.
 *
 * @throws RollbackIncomplete naming every target that is not as it must be; AnswersLate
 */
export async function closeRollback(deps: CloseRollbackDeps, { operation, time }: { operation: string; time: string }) {
  const { ledger } = deps
  const { record, rings } = await ledger.operations.readRollback(operation)
  if (!record) throw new Error(`there is no rollback ${operation}`)
  const problems = record.status === 'running' ? problemsOf(record, rings) : (record.problems ?? [])
  if (record.status === 'running') {
    await follow(deps, record, time)
    await deps.notify(imageRolledBack({ ...record, problems }))
    await ledger.operations.recordRollbackFinished(operation, problems, time)
  }
  if (problems.length > 0) throw new RollbackIncomplete(problems.join('; '))
  return {}
}

/** What was known from the start, and what each ring came to. */
const problemsOf = ({ problems = [] }: RollbackItem, rings: RollbackRingItem[]): string[] => [
  ...problems,
  ...rings
    .filter(({ status }) => status !== 'done')
    .flatMap(({ ring, wrong = [] }) =>
      (wrong.length > 0 ? wrong : ['it was not restored: the execution has why']).map((why) => `ring ${ring}: ${why}`),
    ),
]

async function follow(
  { fleet, ledger, ssm, pause }: CloseRollbackDeps,
  record: RollbackItem,
  time: string,
): Promise<void> {
  const { image, ring, heldBefore } = record
  const read = (version: string) => ledger.releases.read({ image, version })
  const to = await read(record.to)
  if (!to) throw new Error(`release ${record.to} of ${image} is gone`)
  const previous = record.previous === undefined ? undefined : await read(record.previous)
  const goesBack = ring === undefined && !to.revoked
  if (goesBack)
    await pointOwn(
      ssm,
      {
        [pointerName(fleet, image, 'previous')]: previous?.revoked ? undefined : previous?.ami,
        [pointerName(fleet, image, 'candidate')]: to.ami,
        [pointerName(fleet, image, 'stable')]: to.ami,
      },
      pause,
    )
  await ledger.fleetState.change((before) => {
    const known = goesBack ? wentBack(before, to, time) : before
    if (record.hold || known.images[image]?.held?.operation !== record.operation) return known
    return heldBefore ? hold(known, image, heldBefore) : resume(known, image)
  })
}
