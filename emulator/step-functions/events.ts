import type { EventEnvelope } from '../event.ts'
import type { Execution } from './execution.ts'
import { isoTime } from './time.ts'

/** EventBridge leaves out payloads above this size; the output goes first into the sum. */
const LIMIT = 248 * 1024

/** `Step Functions Execution Status Change` (AWS: step-functions/latest/dg/eventbridge-integration.html). */
export function statusEvent(execution: Execution): EventEnvelope {
  const { host, arn, status, input, output } = execution
  const outputSize = escapedSize(output)
  const withOutput = outputSize <= LIMIT
  const withInput = escapedSize(input) + (withOutput ? outputSize : 0) <= LIMIT
  const redrivable = status !== 'RUNNING' && status !== 'SUCCEEDED'
  return {
    version: '0',
    id: host.random.fork(`event/${arn}/${status}`).uuid(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: host.account,
    time: isoTime(Math.floor(host.clock.now() / 1000) * 1000),
    region: host.region,
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: execution.stateMachine.arn,
      name: execution.name,
      status,
      startDate: execution.startDate,
      stopDate: execution.stopDate ?? null,
      input: withInput ? input : null,
      inputDetails: { included: withInput },
      output: withOutput ? (output ?? null) : null,
      outputDetails: output === undefined ? null : { included: withOutput },
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      redriveStatusReason: `Execution is ${status} and ${redrivable ? 'is redrivable' : 'cannot be redriven'}`,
      error: execution.error ?? (status === 'TIMED_OUT' ? 'States.Timeout' : null),
      cause: execution.cause ?? null,
    },
  }
}

function escapedSize(text: string | undefined): number {
  return text === undefined ? 0 : Buffer.byteLength(JSON.stringify(text))
}
