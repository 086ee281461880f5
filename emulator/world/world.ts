import { AwsEndpoint, type Refuse } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import type { EventEnvelope } from '../event.ts'
import type { Readings } from '../open-questions.ts'
import type { Random } from '../random.ts'
import type { BusStatement } from '../services/events.ts'
import { isKnown } from '../services/regions.ts'
import type { Notification } from '../services/sns.ts'
import { Partitions } from '../services/support.ts'
import { stepFunctionsService } from '../step-functions/service.ts'
import { StepFunctions } from '../step-functions/step-functions.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'
import { Buses, type EventDelays } from './buses.ts'
import { Deliveries } from './deliveries.ts'
import { Functions, type InvocationOutcome, type LambdaFunction } from './functions.ts'
import { hostFor } from './host.ts'
import { Metrics } from './metrics.ts'
import { workshopFor } from './resources.ts'
import { responses } from './responses.ts'
import { Schedules } from './schedules.ts'
import { Stack } from './stack.ts'
import type { Place, Template } from './template.ts'

export interface WorldOptions {
  clock: VirtualClock
  /** All that is drawn comes from here: the same seed and the same actions, the same calls. */
  random: Random
  /** The account and region of the state machines. Credentials that nobody knows are those of its operator. */
  account: string
  region: string
  /** The organization that all accounts belong to, for aws:PrincipalOrgID. */
  organization?: string | undefined
  /** Questions that AWS leaves open and that are not to be read strictly. */
  readings?: Readings | undefined
  /** The bundles of functions, by logical id: directories with an index.mjs. */
  bundles?: Record<string, { directory: string }>
  /** Where the AWS endpoint listens on loopback. Default: any port that is free. */
  port?: number | undefined
  /** Stands in log streams and in what Lambda says of a crash. Default: `emulator`. */
  name?: string
  /** Schedules come up to here, epoch milliseconds; without it they never do. */
  schedulesUntil?: number | undefined
  /** The work that an execution or a function with this input is for, by which calls and invocations are counted. */
  labelOf?: (input: string) => string
  /** Environment variables of a function beside those of its template, or instead of them. */
  environment?: (fn: LambdaFunction) => Record<string, string>
  /** What happens just before a function runs. */
  beforeInvoke?: (functionName: string, label: string) => Promise<void>
  /** What becomes of an invocation instead of its answer. Default: nothing does. */
  invocationOutcome?: (functionName: string) => InvocationOutcome | undefined
  /** Why a service refuses a call that it would take, as where there are too many; undefined where it does not. */
  refuse?: Refuse
  /** How often an event reaches each target, and how much later than usual. Default: once, and no later. */
  eventDelays?: EventDelays
  /** Called for the execution that calls, or whose status changes. */
  onStep?: (executionArn: string) => void
  /** Called for every event that is put on a bus of the world's own account and region. */
  onEvent?: (event: EventEnvelope) => void
  /** Called for every message that is published. */
  onNotification?: (notification: Notification) => void
}

/** Accounts without anything in them, whose AWS endpoint listens on loopback. */
export const createWorld = (options: WorldOptions): Promise<World> => World.open(options)

/** Accounts, with everything in them that templates deploy, in virtual time. */
export class World {
  readonly clock: VirtualClock
  /** All services of all accounts: their state, who may do what, and the log of calls. */
  readonly aws: AwsEndpoint
  readonly stepFunctions: StepFunctions
  readonly functions: Functions
  /** Those of the world's own account and region. */
  readonly buses: Buses
  /** Each account has its own buses in each region. */
  readonly regional: Partitions<Buses>
  /** Events that had no effect, and why. */
  readonly refused: string[] = []
  /** Of functions, by logical id. */
  bundles: Record<string, { directory: string }>
  readonly deliveries: Deliveries
  readonly schedules: Schedules
  readonly busPolicies: (BusStatement & { bus: string; logicalId: string })[] = []
  /** Types of resources that do nothing here, and what that leaves out. */
  readonly notEmulated = new Map<string, string>()
  /** Names that templates gave, each of one resource at a time. */
  readonly taken = new Set<string>()
  /** How often each resource of each stack has been created. */
  readonly incarnations = new Map<string, number>()
  readonly #stacks = new Map<string, Stack>()
  readonly url: string
  readonly metrics = new Metrics()
  readonly #options: WorldOptions
  readonly #labelOf: (input: string) => string
  readonly #server: { close(): Promise<void> }
  #requests = 0
  readonly #responses: Awaited<ReturnType<typeof responses>>

  static async open(options: WorldOptions): Promise<World> {
    const { clock, random, account, region, organization, readings } = options
    if (!isKnown(region)) throw new UnsupportedFeature('partition', `of the region ${region}`)
    const aws = new AwsEndpoint({
      clock,
      random: random.fork('stand-in'),
      account,
      region,
      organization,
      readings,
      refuse: options.refuse,
    })
    const server = await aws.listen(options.port)
    return new World(options, aws, { server, answers: await responses() })
  }

  private constructor(
    options: WorldOptions,
    aws: AwsEndpoint,
    {
      server,
      answers,
    }: {
      server: { url: string; close(): Promise<void> }
      answers: Awaited<ReturnType<typeof responses>>
    },
  ) {
    const {
      clock,
      random,
      account,
      region,
      readings,
      name = 'emulator',
      labelOf = () => '',
      onStep = () => {},
    } = options
    this.#options = options
    this.#server = server
    this.#responses = answers
    this.url = server.url
    this.clock = clock
    this.aws = aws
    this.bundles = options.bundles ?? {}
    this.#labelOf = labelOf
    this.functions = new Functions({
      clock,
      random,
      aws,
      name,
      endpoint: server.url,
      metrics: this.metrics,
      environment: options.environment ?? (() => ({})),
      before: options.beforeInvoke ?? (async () => {}),
      outcome: options.invocationOutcome ?? (() => undefined),
    })
    const isOwn = (other: string, elsewhere: string) => other === account && elsewhere === region
    this.regional = new Partitions(
      (...place) =>
        new Buses({
          clock,
          random,
          delaysOf: options.eventDelays ?? (() => [0]),
          ...(isOwn(...place) && { onEvent: (event) => this.#heard(event) }),
          deliver: (target, event, rule) => this.deliveries.toTarget(target, event, rule),
        }),
    )
    this.buses = this.regional.in({ account, region })
    this.deliveries = new Deliveries({
      clock,
      random,
      aws,
      functions: this.functions,
      metrics: this.metrics,
      receive: (event, bus) => this.receive(event, bus),
      labelOf: (event) => this.#labelOfEvent(event),
      refuse: (reason) => this.refused.push(reason),
    })
    const { deliveries } = this
    this.schedules = new Schedules({ clock, random, aws, deliveries, until: options.schedulesUntil })
    const host = {
      clock,
      random,
      account,
      region,
      aws,
      functions: this.functions,
      onStep,
      readings,
    }
    this.stepFunctions = new StepFunctions(hostFor({ ...host, labelOf: (arn) => this.labelOf(arn) }))
    aws.registerService('stepfunctions', stepFunctionsService(this.stepFunctions))
    aws.lambda.deployed = (arn) =>
      this.functions.has(arn)
        ? (payload) => this.functions.invoke(arn, payload, labelOf(JSON.stringify(payload ?? {})))
        : undefined
    aws.sns.read = (notification) => options.onNotification?.(notification)
    aws.putEvent = (event, bus) => this.regional.in(bus).put(event, bus.name)
    aws.sns.deliver = (functionArn, topicArn, message) => {
      if (!this.functions.has(functionArn)) return
      const from = { service: 'sns.amazonaws.com', arn: topicArn, name: `topic ${topicArn}` }
      const latency = random.fork(`notify/${functionArn}/${JSON.stringify(message)}`).integer(50, 1_500)
      clock.at(clock.now() + latency, () => deliveries.toFunction(functionArn, message, from, ''))
    }
  }

  /**
   * Makes everything of a template, or of a stack that is there what its template says now, and waits for what takes time: the
   * clock must run meanwhile. A stack that failed when it was created is deleted first, as the CDK does it.
   *
   * @param bundles of the template's functions, where they are not those that the world began with
   * @throws Error where a resource fails, after everything is as it was before; UnsupportedFeature for what is not emulated
   */
  async deploy(template: Template, place: Place, o: { bundles?: Record<string, { directory: string }> } = {}) {
    const key = keyOf(place)
    const before = this.#stacks.get(key)
    if (before?.hasFailed) await before.destroy()
    const isThere = before && !before.hasFailed && !before.isGone
    const stack = isThere ? before : new Stack(place, this.#stackId(key), workshopFor(this, place))
    this.#stacks.set(key, stack)
    const old = this.bundles
    this.bundles = { ...old, ...o.bundles }
    try {
      await stack.deploy(template)
    } catch (error) {
      this.bundles = old
      throw error
    }
    // Nobody here knows what they do.
    for (const arn of this.aws.sns.subscribedFunctions())
      if (!this.functions.has(arn))
        this.notEmulated.set(arn, 'what this function does with messages: no template has it')
  }

  /** Deletes a stack, but for what its template retains. */
  async destroy(place: Place): Promise<void> {
    await this.#stacks.get(keyOf(place))?.destroy()
  }

  stack(place: Place): Stack | undefined {
    return this.#stacks.get(keyOf(place))
  }

  /** Each stack has an id of its own, also where one of its name was there before. */
  #stackId(key: string): string {
    const nth = (this.incarnations.get(key) ?? 0) + 1
    this.incarnations.set(key, nth)
    return this.#options.random.fork(`stack/${key}/${nth}`).uuid()
  }

  /** What changing one resource of a stack takes. */
  async pause(about: string): Promise<void> {
    await this.clock.sleep(this.#options.random.fork(`change/${about}`).integer(500, 4_000))
  }

  /**
   * An event from another account on a bus of the world's own account.
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
    const named = Principal === '*' || [Principal.AWS].flat().some((principal) => principal.includes(`::${account}:`))
    // Any other condition is not emulated: such a statement lets nobody in.
    const { organization = '' } = this.#options
    const conditions = Object.entries(Condition).flatMap(([test, keys]) =>
      Object.entries(keys).map(([key, value]) => `${test} ${key} ${value}`),
    )
    return named && conditions.every((text) => text === `StringEquals aws:PrincipalOrgID ${organization}`)
  }

  /** Step Functions measures what it tells of. */
  #heard(event: EventEnvelope): void {
    const { stateMachineArn: StateMachineArn, status } = event.detail as Record<string, string>
    const name = {
      FAILED: 'ExecutionsFailed',
      TIMED_OUT: 'ExecutionsTimedOut',
      ABORTED: 'ExecutionsAborted',
    }[status ?? '']
    if (event.source === 'aws.states' && name && StateMachineArn)
      this.metrics.record({ namespace: 'AWS/States', name, dimensions: { StateMachineArn } }, this.clock.now(), 1)
    this.#options.onEvent?.(event)
  }

  /** The label of the work that an execution does. */
  labelOf(executionArn: string): string {
    return this.#labelOf(this.stepFunctions.executions.get(executionArn)?.input ?? '{}')
  }

  /** The label of the work that started an event's image, or that its execution does. */
  #labelOfEvent({ resources, detail }: EventEnvelope): string {
    if (typeof detail.input === 'string') return this.#labelOf(detail.input)
    return this.aws.startedFor.get(resources[0] ?? '') ?? ''
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.#responses.close()])
  }

  /** Has the function of a custom resource do something, as CloudFormation does: it answers over HTTP. */
  async provide(request: 'Create' | 'Update' | 'Delete', place: Place, resource: CustomResource): Promise<void> {
    const { logicalId, type, properties, old } = resource
    const { ServiceToken, ...given } = properties
    if (old && old.ServiceToken !== ServiceToken) throw new Error('Modifying service token is not allowed.')
    const nth = this.#requests++
    const answerTo = `${logicalId}/${nth}`
    const event = {
      RequestType: request,
      ResponseURL: this.#responses.urlFor(answerTo),
      StackId: arnOf(place, 'cloudformation', `stack/${place.stack}/${this.stack(place)?.id}`),
      RequestId: this.#options.random.fork(`resource/${logicalId}/${nth}`).uuid(),
      ResourceType: type,
      LogicalResourceId: logicalId,
      ResourceProperties: given,
      ...(request !== 'Create' && { PhysicalResourceId: logicalId }),
      ...(old && { OldResourceProperties: old }),
    }
    const thrown = await this.functions.invoke(String(ServiceToken), event, '').then(
      () => undefined,
      (error: Error) => error,
    )
    const answer = this.#responses.answerOf(answerTo)
    if (thrown || answer?.Status !== 'SUCCESS')
      throw new Error(answer?.Reason ?? thrown?.message ?? 'its function did not answer', { cause: thrown })
  }
}

interface CustomResource {
  logicalId: string
  type: string
  properties: Record<string, unknown>
  /** What an update finds. */
  old?: Record<string, unknown>
}

const keyOf = ({ account, region, stack }: Place) => `${account}/${region}/${stack}`
