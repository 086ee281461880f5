import type { VirtualClock } from '../clock.ts'
import { stepFunctionsService } from '../engine/service.ts'
import { StepFunctions } from '../engine/step-functions.ts'
import type { EventEnvelope } from '../event.ts'
import type { Faults } from '../faults.ts'
import type { Random } from '../random.ts'
import { StandIn } from '../stand-in/stand-in.ts'
import { Partitions } from '../stand-in/support.ts'
import { Buses, type Fate, type Rule } from './buses.ts'
import { FunctionError, Functions } from './functions.ts'
import { hostFor } from './host.ts'
import { createResource } from './resources.ts'
import { responses } from './responses.ts'
import { deploy, type Place, type Template } from './template.ts'
import { workIn } from './work.ts'

interface BusStatement {
  bus: string
  Principal: '*' | { AWS: string | string[] }
  Condition?: Record<string, Record<string, string>>
}

export interface WorldOptions {
  clock: VirtualClock
  random: Random
  account: string
  region: string
  organization: string | undefined
  faults: Faults
  bundles: Record<string, { name: string; directory: string }>
  fate: Fate
  before: (functionName: string, image: string) => Promise<void>
  onStep: () => void
  onEvent?: ((event: EventEnvelope) => void) | undefined
  port: number
}

/** The accounts of a rehearsal, with everything in them that the templates deploy. */
export class World {
  readonly clock: VirtualClock
  readonly standIn: StandIn
  readonly stepFunctions: StepFunctions
  readonly functions: Functions
  /** Those of the build account and region. */
  readonly buses: Buses
  /** Each account has its own buses in each region. */
  readonly regional: Partitions<Buses>
  /** Events that came to nothing, and why. */
  readonly refused: string[] = []
  readonly bundles: WorldOptions['bundles']
  /** Who may invoke whom: `<rule's ARN> <function's ARN>`. */
  readonly invokers = new Set<string>()
  /** What becomes of an asynchronous invocation that fails, by the function's ARN. */
  readonly failures = new Map<string, { retries: number; queue: string | undefined }>()
  readonly busPolicies: BusStatement[] = []
  /** By topic. */
  readonly subscriptions = new Map<string, { protocol: string; endpoint: string }[]>()
  /** Types of resources that do nothing here, and what they are for. */
  readonly notRehearsed = new Map<string, string>()
  /** What is to be done when all resources are there. */
  readonly later: (() => Promise<unknown>)[] = []
  readonly url: string
  readonly #options: WorldOptions
  readonly #server: { close(): Promise<void> }
  readonly #responses: Awaited<ReturnType<typeof responses>>

  static async open(options: WorldOptions): Promise<World> {
    const { clock, random, account, region, organization } = options
    const standIn = new StandIn({ clock, random: random.fork('stand-in'), account, region, organization })
    const server = await standIn.listen(options.port)
    return new World(options, standIn, server, await responses())
  }

  private constructor(
    options: WorldOptions,
    standIn: StandIn,
    server: { url: string; close(): Promise<void> },
    answers: Awaited<ReturnType<typeof responses>>,
  ) {
    const { clock, random, account, region, faults, onStep, fate, before } = options
    this.#options = options
    this.#server = server
    this.#responses = answers
    this.url = server.url
    this.clock = clock
    this.standIn = standIn
    this.bundles = options.bundles
    this.functions = new Functions({ clock, random, standIn, faults, before, endpoint: server.url })
    const isBuild = (other: string, elsewhere: string) => other === account && elsewhere === region
    this.regional = new Partitions(
      (...place) =>
        new Buses({
          ...{ clock, random, fate, onEvent: isBuild(...place) ? options.onEvent : undefined },
          deliver: (target, event, rule) => this.#deliver(target, event, rule),
        }),
    )
    this.buses = this.regional.in({ account, region })
    const host = { clock, random, account, region, standIn, functions: this.functions, onStep }
    this.stepFunctions = new StepFunctions(hostFor({ ...host, workOf: (arn) => this.workOf(arn) }))
    standIn.registerService('stepfunctions', stepFunctionsService(this.stepFunctions))
    standIn.putEvent = (event, bus) => this.regional.in(bus).put(event, bus.name)
  }

  /** Makes everything of a template, and waits for what takes time. */
  async deploy(template: Template, place: Place): Promise<void> {
    deploy(template, place, (logicalId, resource, properties) =>
      createResource(this, place, logicalId, resource, properties),
    )
    for (const act of this.later.splice(0)) await act()
  }

  /**
   * An event from another account on a bus of ours.
   *
   * @returns why the bus does not take it, where its policy does not.
   */
  receive(event: EventEnvelope, bus: string): string | undefined {
    const admitted = this.busPolicies.some(
      (statement) => statement.bus === bus && this.#admits(statement, event.account),
    )
    if (!admitted) return `the policy of the bus ${bus} does not let account ${event.account} put events`
    this.buses.put(event, bus)
    return undefined
  }

  #admits({ Principal, Condition = {} }: BusStatement, account: string): boolean {
    const named =
      Principal === '*' || [Principal.AWS].flat().some((principal) => principal.includes(`::${account}:`))
    // Any other condition is not imitated: such a statement lets nobody in.
    const { organization = '' } = this.#options
    const conditions = Object.entries(Condition).flatMap(([test, keys]) =>
      Object.entries(keys).map(([key, value]) => `${test} ${key} ${value}`),
    )
    return named && conditions.every((text) => text === `StringEquals aws:PrincipalOrgID ${organization}`)
  }

  /** What an execution works for: `<campaign>/<image>`, or '' for a campaign. */
  workOf(executionArn: string): string {
    return workIn(this.stepFunctions.executions.get(executionArn)?.input)
  }

  /** What an event is about: the work that started its image, or that its execution does. */
  #workOfEvent({ resources, detail }: EventEnvelope): string {
    if (typeof detail.input === 'string') return workIn(detail.input)
    const started = (output: unknown) =>
      (output as { imageBuildVersionArn?: string } | undefined)?.imageBuildVersionArn === resources[0]
    return this.standIn.calls.findLast(({ output }) => started(output))?.tag ?? ''
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.#responses.close()])
  }

  /** Creates a custom resource, as CloudFormation does: by its function, which answers over HTTP. */
  async provide(logicalId: string, { stack }: Place, type: string, properties: Record<string, unknown>) {
    const { ServiceToken, ...given } = properties
    const event = {
      RequestType: 'Create',
      ResponseURL: this.#responses.urlFor(logicalId),
      StackId: `arn:aws:cloudformation:${this.#options.region}:${this.#options.account}:stack/${stack}/rehearsal`,
      RequestId: this.#options.random.fork(`resource/${logicalId}`).uuid(),
      ResourceType: type,
      LogicalResourceId: logicalId,
      ResourceProperties: given,
    }
    const thrown = await this.functions.invoke(String(ServiceToken), event, '').then(
      () => undefined,
      (error: Error) => error,
    )
    const answer = this.#responses.answerOf(logicalId)
    if (thrown || answer?.Status !== 'SUCCESS') {
      const why = answer?.Reason ?? thrown?.message ?? 'its function did not answer'
      throw new Error(`deploying ${logicalId} failed: ${why}`, { cause: thrown })
    }
  }

  /** An asynchronous invocation: twice more after a failure, then to the dead letters. */
  async #deliver(target: string, event: EventEnvelope, rule: Rule): Promise<void> {
    if (target.includes(':event-bus/')) return this.#forward(target, event, rule)
    if (target.includes(':stateMachine:')) return this.#start(target, event, rule)
    if (!this.invokers.has(`${rule.arn} ${target}`))
      throw new Error(`the rule ${rule.name} has no permission to invoke ${target}`)
    const { retries, queue } = this.failures.get(target) ?? { retries: 2, queue: undefined }
    for (let attempt = 0; ; attempt++)
      try {
        await this.functions.invoke(target, event, this.#workOfEvent(event))
        return
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error
        if (attempt >= retries) return this.#bury(target, event, queue, error)
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        await this.clock.sleep((attempt + 1) * 60_000)
      }
  }

  /** A rule whose target is a state machine starts it as the rule's role, with the event as its input. */
  async #start(target: string, event: EventEnvelope, rule: Rule): Promise<void> {
    const { roleArn = '' } = rule.targets.find(({ arn }) => arn === target) ?? {}
    const principal = this.standIn.iam.principalOf(roleArn, 'events')
    const input = { stateMachineArn: target, input: JSON.stringify(event) }
    const call = { principal, service: 'stepfunctions', operation: 'StartExecution', input }
    await this.clock.hold(this.standIn.call(call))
  }

  /** A rule whose target is a bus: its role must be allowed to put the event there, and the bus must take it. */
  #forward(target: string, event: EventEnvelope, rule: Rule): void {
    const { roleArn = '', deadLetters } = rule.targets.find(({ arn }) => arn === target) ?? {}
    const refusal =
      this.#mayNotPut(roleArn, target) ?? this.receive(event, target.split('event-bus/')[1] ?? '')
    if (!refusal) return
    this.refused.push(`${event['detail-type']} of ${event.time}: ${refusal}`)
    const id = this.#options.random.fork(`dead-letter/${event.id}/${target}`).uuid()
    const letter = { id, body: JSON.stringify(event), sent: new Date(this.clock.now()) }
    if (deadLetters) this.standIn.sqs.put(deadLetters, letter)
  }

  #mayNotPut(roleArn: string, bus: string): string | undefined {
    const { iam } = this.standIn
    if (!iam.trustsService(roleArn, 'events.amazonaws.com'))
      return `EventBridge may not assume the role '${roleArn}' that ${bus} needs`
    try {
      const permission = { action: 'events:PutEvents', resource: bus }
      this.standIn.authorize(iam.principalOf(roleArn, 'events'), permission)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  #bury(target: string, event: EventEnvelope, queue: string | undefined, error: Error): void {
    if (!queue) return
    const body = {
      version: '1.0',
      timestamp: new Date(this.clock.now()).toISOString(),
      requestContext: { functionArn: target, condition: 'RetriesExhausted' },
      requestPayload: event,
      responsePayload: { errorType: error.name, errorMessage: error.message },
    }
    const id = this.#options.random.fork(`dead-letter/${event.id}/${target}`).uuid()
    this.standIn.sqs.put(queue, { id, body: JSON.stringify(body), sent: new Date(this.clock.now()) })
  }
}
