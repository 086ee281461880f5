import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn'
import type { Ledger } from '../../ledger/ledger.ts'

/** Whether an operation still runs, by Step Functions' own word: its record may not know yet that it has died. */
export async function isUnderWay(
  { ledger, stepFunctions }: { ledger: Pick<Ledger, 'operations'>; stepFunctions: SFNClient },
  operation: string,
): Promise<boolean> {
  const record = await ledger.operations.read(operation)
  if (record?.status !== 'running') return false
  try {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn: record.execution }))
    return status === 'RUNNING'
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return false
    throw error
  }
}
