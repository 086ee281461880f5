import type { Fleet } from '../domain/fleet/model.ts'
import { isSilent, sourceIn, upstreamKinds } from '../domain/upstream-kinds.ts'
import type { ImageOutcome, InvocationOutcome } from '../emulator/index.ts'
import { functionNames } from '../infra/functions/names.ts'
import type { Acts, Hooks, HooksOf } from './fault-hooks.ts'
import type { Changed, SignsOf } from './fault-signs.ts'
import { bakingZones, zonesIn } from './subnets.ts'

/** What a rehearsal can be asked to let go wrong, and where. */
export interface Fault {
  kind: FaultKind
  /** An image, an upstream or a Slack channel of the fleet, a function: `start-bake`, or a service of AWS: `dynamodb`. */
  target: string
}

type TargetKind = keyof HooksOf

/** What a fault can be aimed at, how the help writes it, and the names that are known. */
const targetKinds = {
  image: { written: 'IMAGE', namesIn: (fleet: Fleet) => Object.keys(fleet.images) },
  upstream: { written: 'UPSTREAM', namesIn: (fleet: Fleet) => Object.keys(fleet.upstreams) },
  channel: { written: 'CHANNEL', namesIn: (fleet: Fleet) => Object.keys(fleet.notify.slack) },
  function: { written: 'FUNCTION', namesIn: () => [...functionNames] },
  // Those that state machines call themselves, beside starting others.
  service: { written: 'SERVICE', namesIn: () => ['dynamodb', 'imagebuilder'] },
} satisfies Record<TargetKind, { written: string; namesIn: (fleet: Fleet) => string[] }>

interface FaultOf<Kind extends TargetKind> {
  target: Kind
  /** What happens to the target, for the help. */
  help: string
  /** Why it cannot happen to a target of this fleet, in words; undefined where it can. Left out: it always can. */
  impossible?: (fleet: Fleet, target: string) => string | undefined
  /** It happens once, as often as it is given. Left out: whenever it can. */
  once?: true
  acts: Acts<HooksOf[Kind]>
  /** What differs at the target from a rehearsal without the fault. */
  expects: Changed<SignsOf[Kind]>
}

type AnyFault = { [Kind in TargetKind]: FaultOf<Kind> }[TargetKind]

/** Milliseconds, as delays are. */
const hour = 3_600_000
/** Seconds, as durations are. */
const month = 30 * 24 * 3_600

/** What services say where they are called too often. */
const throttle = { name: 'ThrottlingException', message: 'Rate exceeded' }

export const faultKinds = {
  'build-fails': {
    target: 'image',
    help: 'its build fails in Image Builder',
    acts: { build: (image, fleet) => ({ failsAt: 'BUILDING', reason: failureIn('BUILDING', fleet, image) }) },
    expects: stopped(/its bake failed in Image Builder: .* state = BUILDING: .* exited with 1/),
  },
  'build-cancelled': {
    target: 'image',
    help: 'somebody cancels its build',
    acts: { build: () => ({ cancelledAt: 'BUILDING' }) },
    expects: stopped(/somebody or something cancelled its bake/),
  },
  'build-hangs': {
    target: 'image',
    help: 'its build never ends',
    acts: { durations: (_, usual) => ({ ...usual, BUILDING: month }) },
    expects: stopped(/took longer than the timeout .* still BUILDING after \d+ seconds/),
  },
  'no-capacity': {
    target: 'image',
    help: 'the Availability Zone of its first subnet has no capacity for its build',
    impossible: (fleet, image) =>
      bakingZones(fleet, image).length > 1
        ? undefined
        : `the fleet has no second subnet for ${image}: no-capacity-anywhere`,
    acts: { build: (image, fleet) => ({ withoutCapacity: bakingZones(fleet, image).slice(0, 1) }) },
    expects: { bakes: 2 },
  },
  'no-capacity-anywhere': {
    target: 'image',
    help: 'no Availability Zone has capacity for its build',
    acts: { build: (_, fleet) => ({ withoutCapacity: zonesIn(fleet) }) },
    expects: stopped(
      /its bake failed in Image Builder: .* do not have sufficient .* capacity in the Availability Zone/,
    ),
  },
  'instance-unreachable': {
    target: 'image',
    help: 'Systems Manager never hears of the instance of its build',
    acts: { build: () => ({ unreachable: true }) },
    expects: stopped(/its bake failed in Image Builder: .* Systems Manager Agent .* workflow step LaunchBuildInstance/),
  },
  'test-fails': {
    target: 'image',
    help: 'its build succeeds and its test phase fails',
    acts: { build: (image, fleet) => ({ failsAt: 'TESTING', reason: failureIn('TESTING', fleet, image) }) },
    expects: stopped(/its bake failed in Image Builder: .* state = TESTING: .* exited with 1/),
  },
  'copy-fails': {
    target: 'image',
    help: 'its copy to the first target of its first ring fails',
    acts: {
      copy: (_, { account, region }) => ({
        failedCopies: [{ account, region, reason: 'You do not have permission to access the storage of this ami' }],
      }),
    },
    expects: stopped(/could not distribute its AMI: .*\d{12} [a-z0-9-]+: You do not have permission/),
  },
  'ami-unencrypted': {
    target: 'image',
    help: 'its AMI comes out with a volume that is not encrypted',
    acts: { build: () => ({ unencrypted: true }) },
    expects: stopped(/failed its checks: .* encryption: expected every volume encrypted/),
  },
  'event-lost': {
    target: 'image',
    help: 'the last state event of its bake never arrives',
    acts: { 'state event': () => [] },
    expects: { arrivals: [] },
  },
  'event-late': {
    target: 'image',
    help: 'the last state event of its bake arrives an hour late',
    acts: { 'state event': () => [hour] },
    expects: { arrivals: ['late'] },
  },
  'event-doubled': {
    target: 'image',
    help: 'the last state event of its bake arrives three times',
    acts: { 'state event': () => [0, 1, 90_000] },
    expects: { arrivals: ['on time', 'on time', 'on time'] },
  },
  'event-early': {
    target: 'image',
    help: 'the last state event of its bake arrives at once, before anybody waits for it',
    acts: {
      durations: () => ({ PENDING: 0, CREATING: 0, BUILDING: 0, TESTING: 0, DISTRIBUTING: 0, INTEGRATING: 0 }),
      // Events take a moment: this one does not.
      'state event': () => [-hour],
    },
    expects: { arrivals: ['early'] },
  },
  'answers-late': {
    target: 'image',
    help: 'for five minutes, answers about its builds, AMIs and parameters show nothing of what events and writes have said',
    acts: { answers: () => 300 },
    expects: { isAnsweredLate: true },
  },
  'scan-finds': {
    target: 'image',
    help: 'the scan in its bake finds three critical vulnerabilities',
    impossible: needsScan,
    once: true,
    acts: { build: () => ({ findings: { critical: 3 } }) },
    expects: stopped(/failed its checks: .* vulnerabilities: critical: expected 0 at most, found 3: CVE-/),
  },
  'cve-found': {
    target: 'image',
    help: 'hours after it is released, a scan of it finds three critical vulnerabilities',
    impossible: needsScan,
    once: true,
    acts: { 'later scan': () => ({ critical: 3 }) },
    expects: {
      bakes: 2,
      reason: /a scan of .* found 3 critical findings/,
      messages: ['image-released', 'image-released'],
    },
  },
  'smoke-fails': {
    target: 'image',
    help: 'the script or document of its smoke test exits with 1',
    impossible: needsSmokeTest,
    acts: { 'smoke test': (image) => ({ exitCode: 1, output: `${image} does not answer` }) },
    expects: stopped(/failed its checks: .* smoke .*: RunScript: .* does not answer.* exit status 1/),
  },
  'smoke-unreachable': {
    target: 'image',
    help: 'Systems Manager never hears of the instance of its smoke test',
    impossible: needsSmokeTest,
    acts: { 'smoke test': () => ({ online: false }) },
    expects: stopped(/failed its checks: .* smoke .* step WaitOnline is InProgress/),
  },
  'smoke-hangs': {
    target: 'image',
    help: 'the script or document of its smoke test never ends',
    impossible: needsSmokeTest,
    acts: { 'smoke test': () => ({ seconds: month }) },
    expects: stopped(/failed its checks: .* smoke .* step RunScript is InProgress/),
  },
  'check-refuses': {
    target: 'image',
    help: 'each of its custom checks says no',
    impossible: (fleet, image) =>
      fleet.images[image]?.checks.custom ? undefined : `the fleet has no custom check for ${image}`,
    acts: { 'custom check': () => ({ passed: false, detail: 'the rehearsal was set so' }) },
    expects: stopped(/failed its checks: .* custom .*: the rehearsal was set so/),
  },
  'approval-rejected': {
    target: 'image',
    help: 'everybody who is asked to approve it rejects it',
    impossible: needsApproval,
    acts: { approval: () => [{ answer: 'reject', reason: 'not this week' }] },
    expects: stoppedAtRing(/rejected by arn:aws:sts::.*: not this week/),
  },
  'approval-forgotten': {
    target: 'image',
    help: 'nobody answers when its approval is asked for',
    impossible: needsApproval,
    acts: { approval: () => [] },
    expects: stoppedAtRing(/nobody approved ring .* in time/),
  },
  'notify-fails': {
    target: 'image',
    help: 'SNS and EventBridge refuse every message and event about it',
    acts: { publication: () => 'refused' },
    expects: { messages: [] },
  },
  'slack-refuses': {
    target: 'channel',
    help: 'it is not there any more',
    impossible: (fleet, channel) =>
      Object.hasOwn(fleet.notify.slack, channel) ? undefined : `the fleet has no Slack channel ${channel}`,
    acts: { slack: () => 'channel_not_found' },
    expects: { posted: false, deadLetters: true },
  },
  'release-lost': {
    target: 'upstream',
    help: 'nobody is notified of its releases',
    impossible: needsAnnouncement,
    acts: { announcement: () => [] },
    expects: { arrivals: [], campaigns: [] },
  },
  'release-late': {
    target: 'upstream',
    help: 'what tells of its first release arrives an hour late',
    impossible: needsAnnouncement,
    once: true,
    acts: { announcement: () => [hour] },
    expects: { arrivals: ['late'], campaigns: ['late'] },
  },
  'release-doubled': {
    target: 'upstream',
    help: 'what tells of its releases arrives three times',
    impossible: needsAnnouncement,
    acts: { announcement: () => [0, 1, 90_000] },
    expects: { arrivals: ['on time', 'on time', 'on time'] },
  },
  'release-deregistered': {
    target: 'upstream',
    help: 'the released AMI is deregistered at once',
    acts: { withdrawal: () => 'deregistered' },
    expects: { campaigns: [], refusal: /cannot see it/ },
  },
  'untrusted-owner': {
    target: 'upstream',
    help: "the released AMI belongs to an account that is not the upstream's owner",
    impossible: (fleet, upstream) =>
      upstreamKinds[sourceIn(fleet, upstream).kind].isBuildAccounts
        ? `the images of ${upstream} are the build account's own`
        : undefined,
    acts: { ami: (_, { ownerAlias, ...usual }) => ({ ...usual, ownerId: '999999999999' }) },
    expects: { campaigns: [], refusal: /its owner is account 999999999999, and no upstream .* names that account/ },
  },
  'shared-late': {
    target: 'upstream',
    help: 'the released AMI is shared with the build account an hour after its release',
    impossible: needsSharing,
    acts: { sharing: () => hour },
    expects: { campaigns: ['late'] },
  },
  'never-shared': {
    target: 'upstream',
    help: 'nobody shares the released AMI with the build account',
    impossible: needsSharing,
    acts: { sharing: () => Number.POSITIVE_INFINITY },
    expects: { campaigns: [], refusal: /share the AMI and its KMS key with that account/ },
  },
  'parent-volume': {
    target: 'upstream',
    help: 'its AMIs have a second volume, /dev/sdb, which is not encrypted',
    acts: {
      machine: (_, { BlockDeviceMappings = [], ...usual }) => ({
        ...usual,
        BlockDeviceMappings: [...BlockDeviceMappings, plainVolume('/dev/sdb')],
      }),
    },
    expects: {
      unfit: /its volume \/dev\/sdb \(20 GiB\) is not encrypted, .* add \{ device: \/dev\/sdb \} to images\./,
    },
  },
  'parent-root': {
    target: 'upstream',
    help: 'the root of its AMIs has another device than those of its operating system have',
    acts: {
      machine: (_, { RootDeviceName: before, BlockDeviceMappings = [], ...usual }) => {
        const RootDeviceName = before === '/dev/xvda' ? '/dev/sda1' : '/dev/xvda'
        const mappings = BlockDeviceMappings.map((mapping) =>
          mapping.DeviceName === before ? { ...mapping, DeviceName: RootDeviceName } : mapping,
        )
        return { ...usual, RootDeviceName, BlockDeviceMappings: mappings }
      },
    },
    expects: { unfit: /its root device is \/dev\/sda1, and the recipe of .* calls it \/dev\/xvda/ },
  },
  'parent-store': {
    target: 'upstream',
    help: 'the root of its AMIs is on an instance store',
    acts: { machine: (_, usual) => ({ ...usual, RootDeviceType: 'instance-store', BlockDeviceMappings: [] }) },
    expects: { unfit: /its root is on an instance store/ },
  },
  'never-released': {
    target: 'upstream',
    help: 'it has released nothing yet when the fleet is deployed',
    acts: { before: () => 'nothing' },
    // What it releases then is the first, and like any other.
    expects: { older: false },
  },
  'handler-crashes': {
    target: 'function',
    help: 'it dies once, after its work and before its answer',
    once: true,
    acts: { invocation: () => 'crash' },
    expects: { errors: /^(Lambda\.Unknown|Runtime\.\w+)$/ },
  },
  'handler-hangs': {
    target: 'function',
    help: 'it hangs once, until its time is over, and does its work in the last moment',
    once: true,
    acts: { invocation: () => 'hang' },
    expects: { errors: 'Sandbox.Timedout' },
  },
  'start-throttled': {
    target: 'image',
    help: 'Step Functions refuses to start its execution, once',
    once: true,
    acts: { start: () => throttle },
    expects: { unstarted: 'StepFunctions.AWSStepFunctionsException' },
  },
  'start-refused': {
    target: 'image',
    help: 'Step Functions refuses to start its execution, however often it is asked',
    acts: { start: () => throttle },
    expects: {
      ...stopped(/Step Functions did not start its rebake, for minutes: .*AWSStepFunctionsException: Rate exceeded/),
      bakes: 0,
      arrivals: [],
      unstarted: /^(StepFunctions.AWSStepFunctionsException(, |$)){11}$/,
    },
  },
  'call-throttled': {
    target: 'service',
    help: 'it refuses a call of a state machine, once',
    once: true,
    acts: { call: () => throttle },
    expects: { errors: /^(DynamoDb\.ThrottlingException|Imagebuilder\.ImagebuilderException)$/ },
  },
  'execution-aborted': {
    target: 'image',
    help: 'a person stops its execution in the middle of the bake',
    once: true,
    acts: { abort: () => 600_000 },
    expects: stopped(/its execution was stopped: .* stopped by a person/, 'aborted'),
  },
  'settle-lost': {
    target: 'image',
    help: 'the event that its execution has ended never arrives',
    acts: { 'execution event': () => [] },
    // Where it was stopped: nobody records that, or cancels its bake.
    expects: { status: 'running', reason: /released ami-/, messages: [] },
  },
} satisfies Record<string, AnyFault>

export type FaultKind = keyof typeof faultKinds

/** It ends before anything of it leaves the build account. */
function stopped(reason: RegExp, status = 'failed'): Changed<SignsOf['image']> {
  return { status, reason, messages: ['image-failed'], published: false }
}

function stoppedAtRing(reason: RegExp): Changed<SignsOf['image']> {
  return { status: 'failed', reason, messages: ['approval-requested', 'image-failed'], published: false }
}

const plainVolume = (DeviceName: string) => ({
  DeviceName,
  Ebs: { VolumeSize: 20, VolumeType: 'gp3' as const, Encrypted: false },
})

function failureIn(phase: 'BUILDING' | 'TESTING', fleet: Fleet, image: string): string {
  const component = fleet.images[image]?.components.at(-1)?.component ?? 'of the recipe'
  return `SSM execution failed with status = Failed in state = ${phase}: the component ${component} exited with 1`
}

function needsScan({ images }: Fleet, image: string): string | undefined {
  const { pipeline, scanning, tests } = images[image] ?? {}
  return pipeline || (scanning && tests) ? undefined : `the fleet does not have ${image} scanned`
}

function needsSmokeTest({ images }: Fleet, image: string): string | undefined {
  return images[image]?.checks.smoke ? undefined : `the fleet has no smoke test for ${image}`
}

function needsApproval({ images, rings }: Fleet, image: string): string | undefined {
  const isAsked = images[image]?.rings.some((ring) => rings[ring]?.approval)
  return isAsked ? undefined : `no ring of ${image} asks for approval`
}

function needsAnnouncement(fleet: Fleet, upstream: string): string | undefined {
  return isSilent(sourceIn(fleet, upstream)) ? `nothing tells of the releases of ${upstream}` : undefined
}

function needsSharing(fleet: Fleet, upstream: string): string | undefined {
  const isOwn = sourceIn(fleet, upstream).owner === fleet.build.account
  return isOwn ? `the AMIs of ${upstream} are the build account's own` : undefined
}

const isKind = (text: string): text is FaultKind => Object.hasOwn(faultKinds, text)
const kinds = Object.keys(faultKinds).filter(isKind)

/** How each kind is asked for, `build-fails=IMAGE`, and what happens to its target then. */
export const faultHelp = kinds.map((kind) => {
  const { target, help } = faultKinds[kind]
  return { usage: `${kind}=${targetKinds[target].written}`, help }
})

/** @throws Error that lists the kinds, when this is none of them. */
export function parseFault(text: string): Fault {
  const [kind = '', target = ''] = text.split(/=(.*)/)
  if (isKind(kind) && target !== '') return { kind, target }
  const lines = faultHelp.map(({ usage, help }) => `  ${usage}: ${help}`)
  throw new Error(`'${text}' is no fault. Write KIND=TARGET, with one of:\n${lines.join('\n')}`)
}

/** The names that a kind can be aimed at, where the fleet knows them. */
export const targetsOf = (fleet: Fleet, kind: FaultKind): string[] =>
  targetKinds[faultKinds[kind].target].namesIn(fleet)

/** Why a fault cannot happen in this fleet, in words; undefined where it can. */
export function impossible(fleet: Fleet, { kind, target }: Fault): string | undefined {
  const fault: AnyFault = faultKinds[kind]
  return fault.impossible?.(fleet, target)
}

type ActsOfAny = { [Hook in keyof Hooks]?: (...about: Parameters<Hooks[Hook]>) => ReturnType<Hooks[Hook]> }

/** The faults of one rehearsal. */
export class Faults {
  readonly #faults: Fault[]

  constructor(faults: Fault[]) {
    this.#faults = [...faults]
  }

  /**
   * What happens at a hook instead of the usual, to the target that `about` begins with; undefined where no fault acts on it
   * there. Of several that do, the one that was given first acts.
   */
  at<Hook extends keyof Hooks>(hook: Hook, ...about: Parameters<Hooks[Hook]>): ReturnType<Hooks[Hook]> | undefined {
    for (const [nth, { kind, target }] of this.#faults.entries()) {
      const fault: AnyFault = faultKinds[kind]
      const acts: ActsOfAny = fault.acts
      const act = acts[hook]
      if (target !== about[0] || !act) continue
      if (fault.once) this.#faults.splice(nth, 1)
      return act(...about)
    }
    return undefined
  }

  /** What becomes of a build, by all faults that act on it: a bake that finds no capacity may fail otherwise in its next subnet. */
  buildOutcome(image: string, fleet: Fleet): ImageOutcome {
    const outcomes = this.#faults.flatMap(({ kind, target }) => {
      const acts: ActsOfAny = faultKinds[kind].acts
      return target === image && acts.build ? acts.build(image, fleet) : []
    })
    return Object.assign({}, ...outcomes.toReversed())
  }

  /** What becomes of an invocation of a function, which a fault names without its fleet: `start-bake`. */
  invocationOutcome(functionName: string): InvocationOutcome | undefined {
    return this.at('invocation', functionName.split('-').slice(-2).join('-'))
  }
}
