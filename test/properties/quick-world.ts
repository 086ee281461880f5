import type { Fleet } from '../../domain/fleet/model.ts'
import type { Message } from '../../domain/messages/message.ts'
import { VirtualClock } from '../../emulator/clock.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { Random } from '../../emulator/random.ts'
import { StepFunctions } from '../../emulator/step-functions/step-functions.ts'
import type { Host } from '../../emulator/step-functions/types.ts'
import { claim } from '../../functions/acquire-lock/acquire-lock.ts'
import { announce } from '../../functions/announce-campaign/announce-campaign.ts'
import { resume } from '../../functions/complete-wait/complete-wait.ts'
import { fail } from '../../functions/fail-rebake/fail-rebake.ts'
import { markCandidate } from '../../functions/mark-candidate/mark-candidate.ts'
import { plan } from '../../functions/plan-campaign/plan-campaign.ts'
import { pollUpstreams } from '../../functions/poll-upstreams/poll-upstreams.ts'
import { receiveRelease } from '../../functions/receive-release/receive-release.ts'
import { reconcileImages } from '../../functions/reconcile-images/reconcile-images.ts'
import { remind } from '../../functions/reconcile-images/remind.ts'
import { sweepExecutions } from '../../functions/reconcile-images/sweep-executions.ts'
import { release } from '../../functions/release-image/release-image.ts'
import { runCheck } from '../../functions/run-check/run-check.ts'
import { settle } from '../../functions/settle-execution/settle-execution.ts'
import { startBake } from '../../functions/start-bake/start-bake.ts'
import { startCycle } from '../../functions/start-cycle/start-cycle.ts'
import { summarise } from '../../functions/summarise-campaign/summarise-campaign.ts'
import { requireOpenWindow } from '../../functions/workflow/change-window.ts'
import { requireRolloutLock } from '../../functions/workflow/rollout-guard.ts'
import { taskWaits } from '../../functions/workflow/task-waits.ts'
import { readDefinition } from '../../infra/definitions.ts'
import type { MachineName } from '../../infra/functions/names.ts'
import { keyOf, parseKey } from '../../ledger/keys.ts'
import { memoryLedger } from '../support/ledger.ts'
import {
  type Bake,
  clientOf,
  ec2Client,
  type FakeAmi,
  FakeImageBuilder,
  lambdaClient,
  stepFunctionsClient,
} from './fakes.ts'

const account = '111122223333'
const region = 'us-west-2'
const arnPrefix = `arn:aws:imagebuilder:${region}:${account}`
const machines = ['release', 'campaign', 'rebake'] satisfies MachineName[]
const machineArn = (name: string) => `arn:aws:states:${region}:${account}:stateMachine:golden-${name}`

export interface Drawn {
  /** Of the nth bake: whether it fails, whether its event is lost, and how long it takes in milliseconds. */
  bake: (nth: number) => { fails: boolean; lost: boolean; takes: number }
  /** Of the nth execution that fails or is stopped: whether its status event is lost. */
  statusLost: (nth: number) => boolean
  /** Of a check of an image; default: it passes. */
  check?: (image: string, check: string) => CheckDraw | undefined
}

/** How a check goes, and what befalls the function that makes it. */
export interface CheckDraw {
  outcome: 'passes' | 'fails' | 'never ends'
  mishap?: 'dies before' | 'dies after' | 'dies always' | 'leaves nothing' | 'event lost'
}

/** For a test of the tests: another state machine, or other work of a function. Or for a wider world: more of both. */
export interface Sabotage {
  rebake?: (definition: string) => string
  markCandidate?: typeof markCandidate
  machines?: MachineName[]
  /** By the function's name; `parts` is what the others work with. */
  work?: (parts: Record<string, unknown>) => Record<string, (request: never) => unknown>
}

/**
 * A fleet that runs in this process: the real state machines in the rehearsal's engine, the real work of the
 * functions, and AWS in a few lines. A month of a fleet takes seconds.
 */
export class QuickWorld {
  readonly clock: VirtualClock
  readonly engine: StepFunctions
  readonly ledger = memoryLedger()
  readonly amis = new Map<string, FakeAmi>()
  readonly imageBuilder: FakeImageBuilder
  /** Roll-outs that began, and pointers that moved, in their order. */
  readonly distributions: { image: string; ring: string; campaign: string; time: number }[] = []
  readonly published: { image: string; ring: string; campaign: string; ami: string }[] = []
  /** The pointers of the build account, in the order in which they moved. */
  readonly pointers: { name: string; ami: string }[] = []
  readonly reported: Message[] = []
  readonly fleet: Fleet
  readonly #drawn: Drawn
  readonly #parts
  #bakes = 0
  #ends = 0
  readonly #died = new Set<string>()
  readonly #sabotage: Sabotage

  constructor(fleet: Fleet, start: number, drawn: Drawn, sabotage: Sabotage = {}) {
    this.fleet = fleet
    this.#drawn = drawn
    this.#sabotage = sabotage
    this.clock = new VirtualClock(start)
    const { clock, ledger } = this
    this.imageBuilder = new FakeImageBuilder({
      clock,
      drawFor: () => {
        const { fails, takes } = drawn.bake(this.#bakes++)
        return { takes, status: fails ? 'FAILED' : 'AVAILABLE' }
      },
      onStart: (bake) => this.onBake(bake),
      onEnd: (bake) => this.#bakeEnded(bake, this.imageBuilder.bakes.size - 1),
      inside: (bake) => this.#inside(bake),
    })
    const stepFunctions = stepFunctionsClient(() => this.engine)
    const ec2 = ec2Client(this.amis)
    const definitions = Object.fromEntries(Object.keys(fleet.images).map((image) => [image, 'd']))
    this.#parts = {
      fleet,
      definitions,
      ledger,
      ec2,
      stepFunctions,
      imageBuilderArnPrefix: arnPrefix,
      campaignArn: machineArn('campaign'),
      rebakeArn: machineArn('rebake'),
      imageBuilder: this.imageBuilder.client,
      supersede: fleet.supersede,
      waits: taskWaits(ledger.waits, stepFunctions),
      concurrentBakes: fleet.concurrentBakes,
      notify: async (message: Message) => void this.reported.push(message),
      publish: async () => {},
      count: () => {},
      ssm: clientOf({
        PutParameter: ({ Name: name, Value: ami }: { Name: string; Value: string }) => {
          this.pointers.push({ name, ami })
          return {}
        },
        DeleteParameter: ({ Name: name }: { Name: string }) => {
          this.pointers.push({ name, ami: '' })
          return {}
        },
        GetParameters: ({ Names }: { Names: string[] }) => ({
          Parameters: Names.flatMap((Name) => {
            const Value = this.pointers.findLast(({ name }) => name === Name)?.ami
            return Value === undefined || Value === '' ? [] : [{ Name, Value, DataType: 'aws:ec2:image' }]
          }),
        }),
      }),
      lambda: () => lambdaClient(({ image, check }) => this.#answer(image, `custom ${check}`)),
      upstreams: {
        fleetName: fleet.name,
        imageBuilderArnPrefix: arnPrefix,
        ec2,
        ssm: {},
        ssmIn: async () => ({}),
      },
    } as const
    this.engine = new StepFunctions(this.#host())
    Object.assign(this.#work, sabotage.work?.(this.#parts))
    for (const name of [...machines, ...(sabotage.machines ?? [])])
      this.engine.createStateMachine({
        name: `golden-${name}`,
        definition: (name === 'rebake' && sabotage.rebake ? sabotage.rebake : same)(definitionOf(name)),
        roleArn: 'role',
      })
  }

  /** A test looks at each bake before it is on record. */
  onBake: (bake: Bake) => void = () => {}

  /** An event of an upstream, as the rule on the releases bus hands it on. */
  announce(event: object): void {
    const input = JSON.stringify(event)
    this.engine.startExecution({ stateMachineArn: machineArn('release'), input })
  }

  start({ name, input, machine = 'campaign' }: { name: string; input: object; machine?: MachineName }): void {
    this.engine.startExecution({ stateMachineArn: machineArn(machine), name, input: JSON.stringify(input) })
  }

  /** A patch cycle's schedule has come. */
  async cycle(cycle: string, time: string): Promise<void> {
    await startCycle(this.#parts as never, { cycle, time })
  }

  /** What the two schedules do, every hour. */
  async look(): Promise<void> {
    const time = new Date(this.clock.now()).toISOString()
    const deps = this.#parts as never
    await pollUpstreams(deps, { time })
    const sweeping = { ...this.#parts, settle: (stopped: never) => settle(deps, stopped) }
    const [locks, known] = [await this.ledger.locks.read(), await this.ledger.fleetState.read()]
    await sweepExecutions(sweeping as never, { claims: locks, known, operations: [], time })
    await reconcileImages(deps, await this.ledger.fleetState.read(), time)
    await remind(deps, await this.ledger.campaigns.readOpenApprovals(await this.ledger.locks.read()), time)
  }

  #bakeEnded(bake: Bake, nth: number): void {
    if (bake.status === 'AVAILABLE') this.amis.set(bake.ami, this.#amiOf(bake))
    const time = new Date(this.clock.now()).toISOString()
    const resources = [bake.arn]
    const event = {
      'detail-type': 'EC2 Image Builder Image State Change' as const,
      time,
      resources,
      detail: { state: { status: bake.status } },
    }
    if (!this.#drawn.bake(nth).lost) this.#resume(1_000, event)
    // Of a scan that takes longer than the bake.
    const { outcome, mishap } = this.#checkDraw(bake.image, 'vulnerabilities')
    if (outcome !== 'never ends' && mishap !== 'event lost')
      this.#resume(scanTakes, { 'detail-type': 'EC2 Image Builder CVE Detected', time, resources })
  }

  #resume(after: number, event: Parameters<typeof resume>[1]): void {
    this.clock.at(this.clock.now() + after, () => resume(this.#parts.waits, event).then(() => {}))
  }

  /** As the fleet wants it, unless its ami check is to fail. */
  #amiOf({ ami, arn, image, parentAmi }: Bake): FakeAmi {
    const { architecture, tags } = this.fleet.images[image]?.checks.ami ?? { architecture: '', tags: [] }
    return {
      ImageId: ami,
      OwnerId: account,
      Name: arn,
      Architecture: architecture,
      State: 'available',
      CreationDate: new Date(this.clock.now()).toISOString(),
      SourceImageId: parentAmi,
      Public: this.#checkDraw(image, 'ami').outcome === 'fails',
      ImdsSupport: 'v2.0',
      RootDeviceName: '/dev/xvda',
      Tags: tags.map((Key) => ({ Key, Value: 'x' })),
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
    }
  }

  #checkDraw = (image: string, check: string): CheckDraw => this.#drawn.check?.(image, check) ?? { outcome: 'passes' }

  #inside({ image, ended = 0 }: Bake) {
    const { outcome } = this.#checkDraw(image, 'vulnerabilities')
    const scanned = outcome !== 'never ends' && this.clock.now() >= ended + scanTakes
    const lists = this.#checkDraw(image, 'packages').outcome
    return {
      scan: scanned ? ('COMPLETED' as const) : ('SCANNING' as const),
      findings: outcome === 'fails' ? ['CVE-2026-1'] : [],
      packages: { passes: ['bash'], fails: ['bash', 'telnet'], 'never ends': [] }[lists],
    }
  }

  #answer(image: string, check: string) {
    const { outcome } = this.#checkDraw(image, check)
    if (outcome === 'never ends') throw Object.assign(new Error('aborted'), { name: 'AbortError' })
    return { passed: outcome === 'passes', detail: 'looked' }
  }

  async #runCheck(request: Parameters<typeof runCheck>[1]): Promise<void> {
    const { campaign, image, check, taskToken } = request
    const { mishap } = this.#checkDraw(image, check)
    const key = `${campaign} ${image} ${check}`
    const dies = (when: string) => {
      if (mishap !== when || this.#died.has(key)) return
      if (when !== 'dies always') this.#died.add(key)
      throw Object.assign(new Error('it died'), { name: 'Lambda.Unknown' })
    }
    if (mishap === 'leaves nothing') return this.#parts.waits.complete(taskToken)
    dies('dies always')
    dies('dies before')
    await runCheck(this.#parts as never, request)
    dies('dies after')
  }

  #executionEnded({ detail, time }: EventEnvelope): void {
    const { status, stateMachineArn } = detail as { status: string; stateMachineArn: string }
    if (!['FAILED', 'TIMED_OUT', 'ABORTED'].includes(status) || stateMachineArn.endsWith('release')) return
    if (this.#drawn.statusLost(this.#ends++)) return
    const deps = this.#parts as never
    this.clock.at(this.clock.now() + 1_000, () => settle(deps, { time, detail } as never).then(() => {}))
  }

  #host(): Host {
    return {
      clock: this.clock,
      random: new Random(1),
      account,
      region,
      invokeFunction: async ({ functionArn, payload }) => {
        await this.clock.sleep(50)
        const work = this.#work[functionArn.split('golden-')[1] ?? '']
        if (!work) throw new Error(`no work for ${functionArn}`)
        return { payload: (await work(payload as never)) ?? {} }
      },
      callService: async ({ service, action, arguments: given }) => {
        await this.clock.sleep(20)
        const call = this.#services[`${service}:${action}`]
        if (!call) throw new Error(`no fake of ${service}:${action}`)
        return call(given as never)
      },
      publishEvent: (event) => this.#executionEnded(event),
    }
  }

  readonly #services: Record<string, (given: never) => unknown> = {
    'ssm:putParameter': () => ({ Version: 1 }),
    'imagebuilder:cancelImageCreation': (given: { ImageBuildVersionArn: string }) =>
      this.imageBuilder.client.send({
        constructor: { name: 'CancelImageCreation' },
        input: { imageBuildVersionArn: given.ImageBuildVersionArn },
      }),
    'imagebuilder:getImage': ({ ImageBuildVersionArn: arn }: { ImageBuildVersionArn: string }) => {
      const { status, ami } = this.imageBuilder.bakes.get(arn) as Bake
      return {
        Image: { State: { Status: status }, OutputResources: { Amis: [{ Region: region, Image: ami }] } },
      }
    },
    'states:startExecution': ({ StateMachineArn, Name, Input }: Record<string, string>) => {
      const input = { stateMachineArn: StateMachineArn, name: Name, input: Input }
      const { arn, startDate } = this.engine.startExecution(input)
      return { ExecutionArn: arn, StartDate: new Date(startDate) }
    },
    'dynamodb:updateItem': async (given: {
      Key: { pk: { S: string }; sk: { S: string } }
      ExpressionAttributeValues: { ':taskToken': { S: string } }
    }) => {
      const wait = parseKey({ pk: given.Key.pk.S, sk: given.Key.sk.S })
      if (wait?.kind !== 'wait') throw new Error(`no fake of ${given.Key.pk.S}`)
      const key = keyOf('wait', wait)
      const before = await this.ledger.table.get(key)
      if (before?.outcome)
        throw Object.assign(new Error('The conditional request failed'), {
          name: 'ConditionalCheckFailedException',
        })
      await this.ledger.table.set(key, { taskToken: given.ExpressionAttributeValues[':taskToken'].S })
      // A copy takes ten minutes, and is reported like a bake.
      if (wait.id.includes('/copy/'))
        this.clock.at(this.clock.now() + 600_000, () =>
          this.#parts.waits.bringOutcome(wait.id, { status: 'AVAILABLE' }, new Date(0).toISOString()),
        )
      return {}
    },
  }

  readonly #work: Record<string, (request: never) => unknown> = {
    'receive-release': (request) => receiveRelease(this.#parts as never, request),
    'plan-campaign': (request) => plan(this.#parts as never, request),
    'announce-campaign': ({ campaign }: { campaign: string }) => announce(this.#parts, campaign),
    'acquire-lock': (request) => claim(this.#parts as never, request),
    'start-bake': (request) => startBake(this.#parts as never, request),
    'run-check': (request) => this.#runCheck(request),
    'mark-candidate': (request) =>
      (this.#sabotage.markCandidate ?? markCandidate)({ ...this.#parts, fleet: 'golden' } as never, request),
    // The guards are the real ones, and so are the waits; what is copied is not these properties' concern.
    'start-distribution': async (request: RingRequest) => {
      const { execution, campaign, image, ring, time, imageArn } = request
      const item = await this.ledger.campaigns.readOrdered(campaign, image)
      await requireRolloutLock(this.ledger, execution, item)
      await requireOpenWindow(this.#parts, item.order, { image, ring }, { time })
      this.distributions.push({ image, ring, campaign, time: this.clock.now() })
      return { awaited: `${imageArn}/copy/${ring}`, lookAfter: 600 }
    },
    'verify-distribution': () => ({ targets: 1 }),
    'publish-pointers': async ({ execution, campaign, image, ring }: Record<string, string>) => {
      const item = await this.ledger.campaigns.readOrdered(campaign ?? '', image ?? '')
      await requireRolloutLock(this.ledger, execution ?? '', item)
      // Without a ring, channels are promoted.
      if (ring === undefined) return
      this.published.push({
        image: image ?? '',
        ring,
        campaign: campaign ?? '',
        ami: item.ami ?? '',
      })
    },
    'release-image': (request) => release({ ...this.#parts, fleet: 'golden' } as never, request),
    'fail-rebake': (request) => fail(this.#parts as never, request),
    'summarise-campaign': (request) => summarise(this.#parts, request),
  }
}

interface RingRequest {
  execution: string
  campaign: string
  image: string
  imageArn: string
  ring: string
  time: string
}

/** A scan ends so long after its bake. */
const scanTakes = 1_200_000

const same = (definition: string) => definition

/** A state machine as it deploys, its functions under their names. */
function definitionOf(name: MachineName): string {
  const kebab = (pascal: string) => pascal.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
  return JSON.stringify(readDefinition(name)).replace(/\$\{(\w+)\}/g, (_, key: string) => {
    if (key.endsWith('StateMachineArn')) return machineArn(kebab(key.replace('StateMachineArn', '')))
    if (key.endsWith('FunctionArn'))
      return `arn:aws:lambda:${region}:${account}:function:golden-${kebab(key.replace('FunctionArn', ''))}`
    return key
  })
}
