import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import { causeText } from '../../domain/messages/failures.ts'
import { startOnce } from '../../functions/shared/start-once.ts'
import type { MachineName } from '../../infra/functions/names.ts'
import { Failed } from '../problems.ts'
import { type Deployment, machineArn } from './deployment.ts'
import { calling } from './problems.ts'
import { isUncertain } from './start.ts'

/** How the execution of an operation stands; why, where it has failed. */
export interface Standing {
  status: 'running' | 'finished' | 'failed'
  why: string
}

/** The executions of what people do to releases: one state machine each. Every call throws BadInput or Failed. */
export function operationsOf(deployment: Deployment, machine: MachineName, what: string) {
  const client = new SFNClient(deployment.config)
  const arn = machineArn(deployment, machine)
  return {
    /** The same again, of the same name, starts nothing. */
    start: async (name: string, input: { time: string }): Promise<void> => {
      const starting = () => startOnce(client, { machineArn: arn, name, input })
      await calling(deployment, `start the ${what}`, starting).catch((error: unknown) =>
        Promise.reject(isUncertain(error) ? uncertain(error as Failed, input.time) : error),
      )
    },
    standing: (name: string): Promise<Standing> =>
      calling(deployment, `look how far the ${what} is`, async () => {
        const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${name}`
        const { status, cause, error } = await client.send(new DescribeExecutionCommand({ executionArn }))
        if (status === 'RUNNING') return { status: 'running', why: '' }
        if (status === 'SUCCEEDED') return { status: 'finished', why: '' }
        return { status: 'failed', why: causeText(cause ?? '') || error || `the execution is ${status}` }
      }),
  }
}

const uncertain = (error: Failed, time: string) =>
  new Failed(
    `${error.message}\nIt may have been started all the same. The same command with --at ${time} starts it once, ` +
      'however often it is given, and follows it.',
    { cause: error },
  )
