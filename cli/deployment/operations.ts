import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import { startOnce } from '../../aws/start-once.ts'
import { causeText } from '../../domain/messages/failures.ts'
import { type OperationKind, type OperationStatus, operationKinds } from '../../domain/operations.ts'
import type { OperationItem } from '../../ledger/items.ts'
import { starting } from '../start/start-execution.ts'
import { calling } from './aws-problems.ts'
import { type Deployment, executionArn, machineArn } from './deployment.ts'

/** How the execution of an operation stands; why, where it has failed. */
interface Progress {
  status: OperationStatus
  why: string
}

/** What an operation that has failed says of itself, and where it could not, why its execution failed. */
export const problemsOf = ({ status, why }: Progress, record?: OperationItem): string[] =>
  status === 'failed' ? ((record?.status === 'failed' ? record.problems : undefined) ?? [why]) : []

/** The executions of what people do to releases: one state machine each. Every call throws BadInput or Failed. */
export function operationsOf(deployment: Deployment, kind: OperationKind) {
  const { machine } = operationKinds[kind]
  const client = new SFNClient(deployment.config)
  return {
    /** The same again, of the same name, starts nothing. */
    start: async (name: string, input: { time: string }): Promise<void> => {
      const start = () => startOnce(client, { machineArn: machineArn(deployment, machine), name, input })
      await starting(deployment, { what: kind, time: input.time, also: ', and follows it' }, start)
    },
    progress: (name: string): Promise<Progress> =>
      calling(deployment, `look how far ${name} is`, async () => {
        const { status, cause, error } = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(deployment, machine, name) }),
        )
        if (status === 'RUNNING') return { status: 'running', why: '' }
        if (status === 'SUCCEEDED') return { status: 'finished', why: '' }
        return { status: 'failed', why: causeText(cause ?? '') || error || `the execution is ${status}` }
      }),
  }
}
