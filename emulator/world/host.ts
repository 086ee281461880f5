import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import { type Readings, strictness } from '../open-questions.ts'
import { modelOf } from '../protocol/models.ts'
import type { Random } from '../random.ts'
import type { Host } from '../step-functions/types.ts'
import { TaskFailure } from '../step-functions/types.ts'
import type { Functions } from './functions.ts'

interface HostDeps {
  clock: VirtualClock
  random: Random
  account: string
  region: string
  aws: AwsEndpoint
  functions: Functions
  /** The label of the work that an execution does. */
  labelOf: (executionArn: string) => string
  /** Called for the execution that calls, or whose status changes. */
  onStep: (executionArn: string) => void
  readings: Readings | undefined
}

/** As resource ARNs call services, and as the AWS command line does. */
const services: Record<string, string> = {
  states: 'stepfunctions',
  sfn: 'stepfunctions',
  eventbridge: 'events',
}

/** What the engine's tasks reach: the deployed functions, and the emulator's services, both as the machine's role. */
export function hostFor(parts: HostDeps): Host {
  const { clock, random, account, region, aws, functions, labelOf, onStep } = parts
  let calls = 0
  // Served, anybody may create a state machine with any role: one that no template gave may do what the operator of
  // the account may. Every role of the deployed machines is a template's.
  const principalOf = (roleArn: string) =>
    aws.iam.role(roleArn) ? aws.iam.principalOf(roleArn, 'states') : aws.iam.operator(account)
  return {
    clock,
    random: random.fork('engine'),
    account,
    region,
    isStrict: strictness(parts.readings),

    async invokeFunction({ functionArn, payload, roleArn, executionArn }) {
      onStep(executionArn)
      const principal = principalOf(roleArn)
      try {
        aws.authorize(principal, { action: 'lambda:InvokeFunction', resource: functionArn })
      } catch (error) {
        throw new TaskFailure('Lambda.AWSLambdaException', (error as Error).message)
      }
      return { payload: await functions.invoke(functionArn, payload, labelOf(executionArn)) }
    },

    async callService({ service, action, arguments: given, roleArn, executionArn }) {
      onStep(executionArn)
      await clock.sleep(random.fork(`call/${calls++}`).integer(15, 90))
      const principal = principalOf(roleArn)
      const operation = action.charAt(0).toUpperCase() + action.slice(1)
      return clock.hold(
        (async () => {
          const name = services[service] ?? service
          aws.attribution = labelOf(executionArn)
          try {
            return await aws.callFromStateMachine({ principal, service: name, operation, input: given })
          } catch (error) {
            const { errors } = await modelOf(name)
            throw Object.assign(error as Error, { modelled: errors.has((error as Error).name) })
          } finally {
            aws.attribution = ''
          }
        })(),
      )
    },

    publishEvent(event) {
      onStep(event.resources[0] ?? '')
      aws.putEvent(event, { account, region, name: 'default' })
    },
  }
}
