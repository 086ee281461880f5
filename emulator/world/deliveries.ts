import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import type { EventEnvelope } from '../event.ts'
import type { Random } from '../random.ts'
import type { Rule, Target } from './buses.ts'
import { FunctionError, type Functions } from './functions.ts'
import type { Metrics } from './metrics.ts'

interface DeliveriesDeps {
  clock: VirtualClock
  random: Random
  aws: AwsEndpoint
  functions: Functions
  metrics: Metrics
  /** Puts an event on a bus of the world's own account, or says why the bus does not take it. */
  receive: (event: EventEnvelope, bus: string) => string | undefined
  /** The label of the work that an event is about. */
  labelOf: (event: EventEnvelope) => string
  /** Called for events that had no effect, and why. */
  refuse: (reason: string) => void
}

/** How what happens reaches functions, state machines and other buses, and what becomes of it where it does not. */
export class Deliveries {
  /** Who may invoke whom: `<service> <source's ARN> <function's ARN>`. */
  readonly #invokers = new Set<string>()
  /** What becomes of an asynchronous invocation that fails, by the function's ARN. */
  readonly #failures = new Map<string, { retries: number; queue: string | undefined }>()
  readonly #parts: DeliveriesDeps

  constructor(parts: DeliveriesDeps) {
    this.#parts = parts
  }

  /** Lets a service invoke a function for a rule or a topic. */
  permit(service: string, source: string, functionArn: string): void {
    this.#invokers.add(`${service} ${source} ${functionArn}`)
  }

  /** Takes back what `permit` gave. */
  revoke(service: string, source: string, functionArn: string): void {
    this.#invokers.delete(`${service} ${source} ${functionArn}`)
  }

  onFailure(functionArn: string, retries: number, queue: string | undefined): void {
    this.#failures.set(functionArn, { retries, queue })
  }

  /** Takes an event to a target of a rule. */
  async toTarget(target: Target, event: EventEnvelope, rule: Rule): Promise<void> {
    const { arn } = target
    if (arn.includes(':event-bus/')) return this.#forward(target, event)
    if (arn.includes(':stateMachine:')) return this.#start(target, event)
    const from = { service: 'events.amazonaws.com', arn: rule.arn, name: `rule ${rule.name}` }
    return this.toFunction(arn, event, from, this.#parts.labelOf(event))
  }

  /** @throws Error where the function lets nobody invoke it from there */
  async toFunction(
    functionArn: string,
    payload: object,
    from: { service: string; arn: string; name: string },
    label: string,
  ): Promise<void> {
    if (!this.#invokers.has(`${from.service} ${from.arn} ${functionArn}`))
      throw new Error(`the ${from.name} has no permission to invoke ${functionArn}`)
    return this.invoke(functionArn, payload, label)
  }

  /** An asynchronous invocation: twice more after a failure, then to the dead letters. */
  async invoke(functionArn: string, payload: object, label: string): Promise<void> {
    const { retries, queue } = this.#failures.get(functionArn) ?? { retries: 2, queue: undefined }
    for (let attempt = 0; ; attempt++)
      try {
        await this.#parts.functions.invoke(functionArn, payload, label)
        return
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error
        if (attempt >= retries) return this.#bury(functionArn, payload, queue, error)
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        await this.#parts.clock.sleep((attempt + 1) * 60_000)
      }
  }

  /** A rule whose target is a state machine starts it as the rule's role, with the event as its input. */
  async #start({ arn, roleArn = '' }: Target, event: EventEnvelope): Promise<void> {
    const { clock, aws } = this.#parts
    if (!aws.iam.trustsService(roleArn, 'events.amazonaws.com'))
      throw new Error(`EventBridge may not assume the role '${roleArn}' that ${arn} needs`)
    const principal = aws.iam.principalOf(roleArn, 'events')
    const input = { stateMachineArn: arn, input: JSON.stringify(event) }
    const call = { principal, service: 'stepfunctions', operation: 'StartExecution', input }
    await clock.hold(aws.call(call))
  }

  /** A rule whose target is a bus: its role must be allowed to put the event there, and the bus must take it. */
  #forward({ arn, roleArn = '', deadLetters }: Target, event: EventEnvelope): void {
    const { receive, refuse } = this.#parts
    const refusal = this.#mayNotPut(roleArn, arn) ?? receive(event, arn.split('event-bus/')[1] ?? '')
    if (!refusal) return
    refuse(`${event['detail-type']} of ${event.time}: ${refusal}`)
    if (deadLetters) this.#leave(deadLetters, `${event.id}/${arn}`, event)
  }

  #mayNotPut(roleArn: string, bus: string): string | undefined {
    const { aws } = this.#parts
    if (!aws.iam.trustsService(roleArn, 'events.amazonaws.com'))
      return `EventBridge may not assume the role '${roleArn}' that ${bus} needs`
    try {
      const permission = { action: 'events:PutEvents', resource: bus }
      aws.authorize(aws.iam.principalOf(roleArn, 'events'), permission)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  #bury(functionArn: string, payload: object, queue: string | undefined, error: Error): void {
    if (!queue) return
    const timestamp = new Date(this.#parts.clock.now()).toISOString()
    this.#leave(queue, `${functionArn}/${timestamp}/${JSON.stringify(payload)}`, {
      version: '1.0',
      timestamp,
      requestContext: { functionArn, condition: 'RetriesExhausted' },
      requestPayload: payload,
      responsePayload: { errorType: error.name, errorMessage: error.message },
    })
  }

  #leave(queue: string, about: string, letter: object): void {
    const { random, aws, clock, metrics } = this.#parts
    const id = random.fork(`dead-letter/${about}`).uuid()
    aws.sqs.put(queue, { id, body: JSON.stringify(letter), sent: new Date(clock.now()) })
    const name = 'ApproximateNumberOfMessagesVisible'
    const dimensions = { QueueName: queue.split(':').at(-1) ?? '' }
    metrics.record({ namespace: 'AWS/SQS', name, dimensions }, clock.now(), 1)
  }
}
