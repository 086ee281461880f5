import { causeText, type Failure } from '../../domain/messages/failures.ts'
import type { Message } from '../../domain/messages/message.ts'
import { rollbackStopped } from '../../domain/messages/operations.ts'
import { retirementIncomplete } from '../../domain/messages/retirement.ts'
import { revocationStopped } from '../../domain/messages/revocations.ts'
import {
  type OperationItem,
  operationKey,
  type RevocationItem,
  type RollbackItem,
  readOperation,
} from '../../ledger/operations.ts'
import type { Ledger } from '../../ledger/table.ts'
import type { Notify } from '../runtime/notify.ts'

/**
 * Records and tells that an operation died. An image that was going back stays held, so that nothing moves what was moved. One
 * that ended by itself is on record already; one that has no record has changed nothing.
 */
export async function settleOperation(
  { ledger, notify }: { ledger: Ledger; notify: Notify },
  { operation, time, failure }: { operation: string; time: string; failure: Failure },
): Promise<void> {
  const record = await readOperation(ledger, operation)
  if (record?.status !== 'running') return
  const why = `it stopped half-way: ${causeText(failure.cause) || failure.error}`
  const problems = [...(record.problems ?? []), why]
  await notify(stopped({ ...record, problems }, failure))
  await ledger.set(operationKey(operation), { status: 'failed', finishedAt: time, problems })
}

function stopped(record: OperationItem & { problems: string[] }, failure: Failure): Message {
  switch (record.kind) {
    case 'rollback':
      return rollbackStopped(record as RollbackItem & { problems: string[] }, failure)
    case 'revocation':
      return revocationStopped(record as RevocationItem, failure)
    case 'retirement':
      return retirementIncomplete(record)
  }
}
