import type { EventEnvelope } from './event.ts'
import { listen } from './http-server.ts'
import { type Credentials, Iam, type Role } from './iam/iam.ts'
import { type Readings, strictness } from './open-questions.ts'
import { toApiNames, toPascalNames } from './protocol/casing.ts'
import { asModelled, checkedInput, recorded } from './protocol/checked.ts'
import { type LoadedModel, modelOf } from './protocol/models.ts'
import { shapeOf } from './protocol/shape.ts'
import { operationOf } from './protocol/wire.ts'
import type { Random } from './random.ts'
import { AutoScaling } from './services/autoscaling.ts'
import { CloudWatch } from './services/cloudwatch.ts'
import { DynamoDb } from './services/dynamodb.ts'
import { Ec2 } from './services/ec2.ts'
import { Events } from './services/events.ts'
import { IamService } from './services/iam.ts'
import { ImageBuilder } from './services/imagebuilder/service.ts'
import { Inspector } from './services/inspector2.ts'
import { Kms } from './services/kms.ts'
import { Lambda } from './services/lambda.ts'
import { usualLateness } from './services/lateness.ts'
import { Logs } from './services/logs.ts'
import { Organizations } from './services/organizations.ts'
import { Scheduler } from './services/scheduler.ts'
import { SecretsManager } from './services/secretsmanager.ts'
import { ServiceQuotas } from './services/servicequotas.ts'
import { Sns } from './services/sns.ts'
import { Sqs } from './services/sqs.ts'
import { Ssm } from './services/ssm/service.ts'
import { stepFunctionsPermissions } from './services/stepfunctions.ts'
import { Sts } from './services/sts.ts'
import * as t from './services/types.ts'
import { UnsupportedFeature } from './unsupported-feature.ts'

export interface AwsEndpointOptions {
  clock: t.Clock
  random: Random
  /** Credentials that nobody knows are those of its operator. */
  account: string
  region: string
  /** The organization that all accounts belong to, for aws:PrincipalOrgID. */
  organization?: string | undefined
  /** Questions that are not to be read strictly. */
  readings?: Readings | undefined
  /** Why a service refuses a call that it would take, as where there are too many; undefined where it does not. */
  refuse?: Refuse | undefined
}

/** A call that the caller may make, as the service's model has it. */
export interface ServiceCall {
  service: string
  operation: string
  input: unknown
  /** Whether a state machine makes it, and no code. */
  byMachine: boolean
}

export type Refuse = (call: ServiceCall) => t.AwsError | undefined

export interface CallRequest {
  principal: t.Principal
  service: string
  operation: string
  input: unknown
  /** The principal's own account, and the endpoint's own region, where they are not given. */
  account?: string
  region?: string
  requestId?: string
  /** Milliseconds by which the caller, a function that pauses, is ahead of the clock. */
  ahead?: number
  /** Whether a state machine makes it, and no code. */
  byMachine?: boolean
}

const wouldSucceed = 'Request would have succeeded, but DryRun flag is set.'

/**
 * The AWS of a world: accounts, services and their state, who may do what, and the log of every call. It emulates some
 * operations of each service (`emulatedOperations`); any other is refused.
 */
export class AwsEndpoint {
  readonly iam: Iam
  readonly ec2: Ec2
  readonly autoscaling: AutoScaling
  readonly ssm: Ssm
  readonly sns: Sns
  readonly dynamodb: DynamoDb
  readonly imagebuilder: ImageBuilder
  readonly events: Events
  readonly organizations: Organizations
  readonly cloudwatch: CloudWatch
  readonly scheduler = new Scheduler()
  readonly quotas = new ServiceQuotas()
  readonly lambda = new Lambda(this.quotas)
  readonly secretsmanager = new SecretsManager()
  readonly sqs = new Sqs()
  readonly kms: Kms
  readonly inspector = new Inspector()
  readonly logs = new Logs()
  readonly iamService: IamService
  /** Calls in order: the roles', and apart from them the operator's. */
  readonly calls: t.CallRecord[] = []
  readonly operatorCalls: t.CallRecord[] = []
  /** What an Image Builder image was started for, by its ARN. */
  readonly startedFor = new Map<string, string>()
  /** What the calls that come next are done for; each record keeps it. */
  attribution = ''
  /** Seconds until answers show a change; undefined for what is usual. Set by the world. */
  lateness: (what: t.Late) => number | undefined = () => undefined
  /** Where events go: set by the world. */
  putEvent: (event: EventEnvelope, bus: t.Bus) => void = () => {}

  readonly #options: AwsEndpointOptions
  readonly #services: Map<string, t.Service>
  /** How what AWS leaves open is read. */
  readonly isStrict: t.ServiceDeps['isStrict']
  #serviceEvents = 0

  constructor(options: AwsEndpointOptions) {
    this.#options = options
    const { clock, random, readings } = options
    const isStrict = strictness(readings)
    this.isStrict = isStrict
    const usual = usualLateness(random, isStrict)
    const deps = {
      clock,
      random,
      isStrict,
      lateBy: (what: t.Late) => (this.lateness(what) ?? usual(what)) * 1000,
      emit: (serviceEvent: t.ServiceEvent) => this.#emit(serviceEvent),
    }
    this.iam = new Iam(random.fork('iam'), options)
    this.iam.orgPathOf = (account) => this.organizations.pathOf(account)
    this.iamService = new IamService(this.iam)
    this.kms = new Kms(random.fork('kms'), this.iam)
    this.ec2 = new Ec2(deps)
    this.autoscaling = new AutoScaling(deps, { ec2: this.ec2, iam: this.iam, kms: this.kms })
    this.ssm = new Ssm(deps, this.ec2)
    this.ssm.host = this
    this.sns = new Sns(deps)
    this.dynamodb = new DynamoDb(deps)
    this.imagebuilder = new ImageBuilder(deps, {
      ec2: this.ec2,
      ssm: this.ssm,
      iam: this.iam,
      kms: this.kms,
      inspector: this.inspector,
      quotas: this.quotas,
    })
    this.events = new Events(deps, (event, bus) => this.putEvent(event, bus))
    this.organizations = new Organizations(deps)
    this.ec2.above = (account) => this.organizations.above(account)
    this.ec2.mayDo = (permission, context) => this.iam.allows(context.principal, permission, context.region)
    this.ec2.kms = this.kms
    this.ec2.parameter = (named, place) => this.ssm.imageIn(named, place)
    this.cloudwatch = new CloudWatch(deps)
    const { ec2, ssm, sns, dynamodb, imagebuilder, events, scheduler, lambda, secretsmanager, sqs } = this
    const { organizations, cloudwatch, autoscaling, kms, quotas, inspector, logs } = this
    const sts = new Sts(deps, this.iam)
    const ours = {
      ec2,
      autoscaling,
      ssm,
      sns,
      dynamodb,
      imagebuilder,
      events,
      scheduler,
      lambda,
      secretsmanager,
      sqs,
      organizations,
      cloudwatch,
      sts,
      kms,
      inspector2: inspector,
      logs,
      'service-quotas': quotas,
      iam: this.iamService,
    }
    this.#services = new Map(Object.entries<t.Service>(ours))
  }

  addRole(role: Role): void {
    this.iam.addRole(role)
  }

  /** What a handler's environment needs so that its requests are the principal's. */
  credentialsFor(principal: t.Principal): Credentials {
    return this.iam.credentialsFor(principal)
  }

  /** Adds a service that lives elsewhere, as Step Functions does in the engine. */
  registerService(
    name: string,
    operations: Record<string, t.Operation>,
    permissions: Record<string, t.PermissionsOf> = name === 'stepfunctions' ? stepFunctionsPermissions : {},
  ): void {
    this.#services.set(name, { operations, permissions })
  }

  /** Serves the AWS protocols on loopback. Port 0 is any that is free. */
  listen(port = 0): Promise<{ url: string; close(): Promise<void> }> {
    return listen(this, port)
  }

  /** The id of the principal's next call. */
  nextRequestId(principal: t.Principal): string {
    const { length } = this.#logOf(principal)
    return this.#options.random.fork(`request/${principal.kind}/${length}`).uuid()
  }

  /** Refuses what the principal's policies do not allow; for what is no API call, such as a nested execution. */
  authorize(principal: t.Principal, permission: t.Permission, region = this.#options.region): void {
    const { resource } = permission
    // A key has a policy of its own, and grants.
    if (permission.action.startsWith('kms:') && resource)
      this.kms.authorize(principal, { ...permission, resource }, region)
    else this.iam.authorize(principal, permission, region)
  }

  /** The operations that are emulated, by the service's name on the AWS command line. */
  emulatedOperations(): Record<string, string[]> {
    const services = [...this.#services].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(services.map(([name, service]) => [name, Object.keys(service.operations).sort()]))
  }

  /** What roles that made calls were allowed and never used, one a line. */
  unusedPermissions(): string[] {
    const emulated =
      'imagebuilder states dynamodb ssm ec2 autoscaling sns sts iam lambda events sqs organizations cloudwatch inspector2 secretsmanager'
    return this.iam.unusedPermissions(emulated.split(' '))
  }

  /**
   * Performs an operation as the principal: checked against the service's model and the principal's
   * policies, and logged. Values are as the SDK has them: a Date, bytes.
   * @throws AwsError as the service would; an Error where the emulator itself answers what AWS could not
   */
  async call(request: CallRequest): Promise<unknown> {
    const { principal, service, operation } = request
    const { account = principal.account, region = this.#options.region } = request
    const now = new Date(this.#options.clock.now() + (request.ahead ?? 0))
    const requestId = request.requestId ?? this.nextRequestId(principal)
    const record: t.CallRecord = {
      time: now.toISOString(),
      principal: principal.role || 'operator',
      service,
      operation,
      input: request.input,
      account,
      region,
      tag: this.attribution,
    }
    this.#logOf(principal).push(record)
    try {
      const model = await modelOf(service)
      return await this.#perform(
        model,
        record,
        { account, region, principal, now, requestId },
        request.byMachine ?? false,
      )
    } catch (error) {
      const { name, message } = error as Error
      record.error = { name, message }
      throw error
    }
  }

  /**
   * The same for a state machine's SDK integration: input and output are JSON whose members begin with a
   * capital letter, and times are text.
   */
  async callFromStateMachine(request: CallRequest): Promise<unknown> {
    const { input, output } = operationOf(await modelOf(request.service), request.operation)
    const answer = await this.call({ ...request, input: toApiNames(shapeOf(input), request.input), byMachine: true })
    return toPascalNames(shapeOf(output), recorded(output, answer))
  }

  async #perform(model: LoadedModel, record: t.CallRecord, context: t.Context, byMachine: boolean): Promise<unknown> {
    const shapes = operationOf(model, record.operation)
    const service = this.#services.get(model.service)
    const act = service?.operations[shapes.name]
    if (!service || !act) throw new UnsupportedFeature('operation', `${model.service} ${shapes.name}`)
    const tokens = this.#options.random.fork(`token/${context.requestId}`)
    const input = checkedInput(model, shapes.input, record.input, () => tokens.uuid())
    record.input = recorded(shapes.input, input)
    const inGeneral = [{ action: `${model.prefix}:${shapes.name}`, resource: '*' }]
    for (const permission of service.permissions?.[shapes.name]?.(input, context) ?? inGeneral) {
      this.#allow(model, permission, context)
    }
    // EC2 alone has it: a caller who may do it gets this answer, and nothing is done.
    if ((input as { DryRun?: boolean }).DryRun) throw new t.AwsError('DryRunOperation', wouldSucceed, 412)
    const call = { service: model.service, operation: shapes.name, input, byMachine }
    const refusal = this.#options.refuse?.(call)
    if (refusal) throw refusal
    try {
      const output = (await act(input, context)) ?? {}
      record.output = recorded(shapes.output, output)
      const { imageBuildVersionArn: started } = output as { imageBuildVersionArn?: string }
      if (started !== undefined && !this.startedFor.has(started)) this.startedFor.set(started, record.tag)
      return output
    } catch (error) {
      throw asModelled(model, error)
    }
  }

  #logOf(principal: t.Principal): t.CallRecord[] {
    return principal.kind === 'operator' ? this.operatorCalls : this.calls
  }

  #allow(model: LoadedModel, permission: t.Permission, context: t.Context): void {
    try {
      this.authorize(context.principal, permission, context.region)
    } catch (error) {
      if (error instanceof t.AwsError) throw new t.AwsError(model.denied, error.message, 403)
      throw error
    }
  }

  #emit({ source, detailType, account, region, resources, detail }: t.ServiceEvent): void {
    const { clock, random } = this.#options
    const id = random.fork(`event/${source}/${resources.join()}/${this.#serviceEvents++}`).uuid()
    const time = t.eventTime(new Date(clock.now()))
    const event = {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account,
      time,
      region,
      resources,
      detail,
    }
    this.putEvent(event, { account, region, name: 'default' })
  }
}
