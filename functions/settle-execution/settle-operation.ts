import { causeText, type Failure } from '../../domain/messages/failures.ts'
import type { Message } from '../../domain/messages/message.ts'
import { rollbackStopped } from '../../domain/messages/operations.ts'
import { retirementIncomplete } from '../../domain/messages/retirement.ts'
import { revocationStopped } from '../../domain/messages/revocations.ts'
import type { OperationItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

/**
 * Records and tells that an operation died. An image that was going back stays held, so that nothing moves what was moved. One
 * that ended by itself is on record already; one that has no record has changed nothing.
 */
export async function settleOperation(
  { ledger, notify }: { ledger: Pick<Ledger, 'operations'>; notify: Notify },
  { operation, time, failure }: { operation: string; time: string; failure: Failure },
): Promise<void> {
  const record = await ledger.operations.read(operation)
  if (record?.status !== 'running') return
  const why = `it stopped half-way: ${causeText(failure.cause) || failure.error}`
  const problems = [...(record.problems ?? []), why]
  await notify(stopped({ ...record, problems }, failure))
  await ledger.operations.recordStopped(operation, problems, time)
}

function stopped(record: OperationItem & { problems: string[] }, failure: Failure): Message {
  switch (record.kind) {
    case 'rollback':
      return rollbackStopped(record, failure)
    case 'revocation':
      return revocationStopped(record, failure)
    case 'retirement':
      return retirementIncomplete(record)
  }
}
