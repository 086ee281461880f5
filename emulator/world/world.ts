import type { Faults } from '../../rehearsal/faults.ts'
import { Slack } from '../../rehearsal/slack.ts'
import { workIn } from '../../rehearsal/work.ts'
import { StandIn } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import type { EventEnvelope } from '../event.ts'
import type { Random } from '../random.ts'
import type { BusStatement } from '../services/events.ts'
import type { Notification } from '../services/sns.ts'
import { Partitions } from '../services/support.ts'
import { stepFunctionsService } from '../step-functions/service.ts'
import { StepFunctions } from '../step-functions/step-functions.ts'
import { Buses, type Fate } from './buses.ts'
import { Deliveries } from './deliveries.ts'
import { Functions } from './functions.ts'
import { hostFor } from './host.ts'
import { Metrics } from './metrics.ts'
import { createResource } from './resources.ts'
import { responses } from './responses.ts'
import { Schedules } from './schedules.ts'
import { deploy, type Place, type Template } from './template.ts'

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
  onStep: (executionArn: string) => void
  /** Schedules come up to here, epoch milliseconds; without it they never do. */
  until?: number | undefined
  onEvent?: ((event: EventEnvelope) => void) | undefined
  /** Told of every message that a function publishes. */
  onNotification?: ((notification: Notification) => void) | undefined
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
  readonly deliveries: Deliveries
  readonly schedules: Schedules
  readonly busPolicies: (BusStatement & { bus: string })[] = []
  /** Types of resources that do nothing here, and what they are for. */
  readonly notRehearsed = new Map<string, string>()
  /** What is to be done when all resources are there. */
  readonly later: (() => Promise<unknown>)[] = []
  readonly url: string
  readonly slack: Slack
  readonly metrics = new Metrics()
  readonly #options: WorldOptions
  readonly #server: { close(): Promise<void> }
  readonly #responses: Awaited<ReturnType<typeof responses>>

  static async open(options: WorldOptions): Promise<World> {
    const { clock, random, account, region, organization } = options
    const standIn = new StandIn({ clock, random: random.fork('stand-in'), account, region, organization })
    const server = await standIn.listen(options.port)
    const slack = await Slack.open(() => clock.now())
    return new World(options, standIn, { server, answers: await responses(), slack })
  }

  private constructor(
    options: WorldOptions,
    standIn: StandIn,
    {
      server,
      answers,
      slack,
    }: {
      server: { url: string; close(): Promise<void> }
      answers: Awaited<ReturnType<typeof responses>>
      slack: Slack
    },
  ) {
    const { clock, random, account, region, faults, onStep, fate, before } = options
    this.#options = options
    this.#server = server
    this.#responses = answers
    this.slack = slack
    this.url = server.url
    this.clock = clock
    this.standIn = standIn
    this.bundles = options.bundles
    this.functions = new Functions({
      clock,
      random,
      standIn,
      faults,
      before,
      endpoint: server.url,
      slackApi: slack.apiUrl,
      metrics: this.metrics,
    })
    const isBuild = (other: string, elsewhere: string) => other === account && elsewhere === region
    this.regional = new Partitions(
      (...place) =>
        new Buses({
          clock,
          random,
          fate,
          ...(isBuild(...place) && { onEvent: (event) => this.#heard(event) }),
          deliver: (target, event, rule) => this.deliveries.toTarget(target, event, rule),
        }),
    )
    this.buses = this.regional.in({ account, region })
    this.deliveries = new Deliveries({
      clock,
      random,
      standIn,
      functions: this.functions,
      metrics: this.metrics,
      receive: (event, bus) => this.receive(event, bus),
      workOf: (event) => this.#workOfEvent(event),
      refuse: (reason) => this.refused.push(reason),
    })
    const { deliveries } = this
    this.schedules = new Schedules({ clock, random, standIn, deliveries, until: options.until })
    const host = { clock, random, account, region, standIn, functions: this.functions, onStep }
    this.stepFunctions = new StepFunctions(hostFor({ ...host, workOf: (arn) => this.workOf(arn) }))
    standIn.registerService('stepfunctions', stepFunctionsService(this.stepFunctions))
    standIn.lambda.deployed = (arn) =>
      this.functions.has(arn)
        ? (payload) => this.functions.invoke(arn, payload, workIn(JSON.stringify(payload ?? {})))
        : undefined
    standIn.sns.read = (notification) => options.onNotification?.(notification)
    standIn.putEvent = (event, bus) => this.regional.in(bus).put(event, bus.name)
    standIn.sns.deliver = (functionArn, topicArn, message) => {
      const from = { service: 'sns.amazonaws.com', arn: topicArn, name: `topic ${topicArn}` }
      const latency = random.fork(`notify/${functionArn}/${JSON.stringify(message)}`).integer(50, 1_500)
      clock.at(clock.now() + latency, () => deliveries.toFunction(functionArn, message, from, ''))
    }
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
    const named = Principal === '*' || [Principal.AWS].flat().some((principal) => principal.includes(`::${account}:`))
    // Any other condition is not imitated: such a statement lets nobody in.
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

  /** What an execution works for: `<campaign>/<image>`, or '' for a campaign. */
  workOf(executionArn: string): string {
    return workIn(this.stepFunctions.executions.get(executionArn)?.input)
  }

  /** What an event is about: the work that started its image, or that its execution does. */
  #workOfEvent({ resources, detail }: EventEnvelope): string {
    if (typeof detail.input === 'string') return workIn(detail.input)
    return this.standIn.startedFor.get(resources[0] ?? '') ?? ''
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.#responses.close(), this.slack.close()])
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
}
