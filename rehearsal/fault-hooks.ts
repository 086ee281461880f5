import type { Fleet } from '../domain/fleet/model.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import type {
  Ami,
  CommandOutcome,
  ImageFindings,
  ImageOutcome,
  InvocationOutcome,
  PhaseDurations,
} from '../emulator/index.ts'
import type { SimulatedAmi } from './releases.ts'

/*
 * Where faults act. At each hook a rehearsal asks its faults what happens to a target instead of the usual. Delays are
 * milliseconds.
 */

interface ImageHooks {
  /** How long its build takes. */
  durations: (image: string, usual: PhaseDurations) => PhaseDurations
  /** What becomes of its build. */
  build: (image: string, fleet: Fleet) => ImageOutcome
  /** What becomes of its distribution to its first ring, of which this is the first target. */
  copy: (image: string, first: Target) => ImageOutcome
  /** Delays with which the last state event of a build or distribution arrives: one for each arrival. */
  'state event': (image: string) => number[]
  /** Seconds until answers about it show what an event or a write has said: of its images, its AMIs, its parameters. */
  answers: (image: string) => number
  /** The same for the event that says that its execution has ended. */
  'execution event': (image: string) => number[]
  /** How a command goes on the instance of its smoke test. */
  'smoke test': (image: string) => CommandOutcome
  /** What the functions of its custom checks answer. */
  'custom check': (image: string) => Verdict
  /** What those who may approve it answer. */
  approval: (image: string) => ApprovalAnswer[]
  /** After this delay from the start of its bake, a person stops its execution. */
  abort: (image: string) => number
  /** How Step Functions refuses to start its execution. */
  start: (image: string) => Refusal
  /** What AWS answers to anybody who publishes a message or an event about it. */
  publication: (image: string) => 'refused'
  /** What a scan finds hours after its release. */
  'later scan': (image: string) => ImageFindings
}

interface UpstreamHooks {
  /** What there is of it when the fleet is deployed, instead of a release of a month ago. */
  before: (upstream: string) => 'nothing'
  /** Delays with which what tells of a release does so: one for each time. */
  announcement: (upstream: string) => number[]
  /** The AMI that is released. */
  ami: (upstream: string, usual: SimulatedAmi) => SimulatedAmi
  /** What the AMIs are made of that it has and releases. */
  machine: (upstream: string, usual: Machine) => Machine
  /** After this delay from its release, the AMI is shared with the build account; infinite for never. */
  sharing: (upstream: string) => number
  /** What becomes of the AMI before anybody announces it. */
  withdrawal: (upstream: string) => 'deregistered'
}

/** The part of an AMI that images on it have from it. */
export type Machine = Pick<Ami['image'], 'RootDeviceName' | 'RootDeviceType' | 'BootMode' | 'BlockDeviceMappings'>

interface ChannelHooks {
  /** How Slack answers what is posted to it. */
  slack: (channel: string) => 'channel_not_found'
}

interface FunctionHooks {
  /** What becomes of an invocation instead of its answer. */
  invocation: (name: string) => InvocationOutcome
}

interface ServiceHooks {
  /** How it refuses a call of a state machine. */
  call: (service: string) => Refusal
}

/** An error of AWS's, which nothing comes of. */
interface Refusal {
  name: string
  message: string
}

/** What a custom check answers. */
export interface Verdict {
  passed: boolean
  detail: string
}

/** As `answer-approval` takes it. */
export type ApprovalAnswer = { answer: 'approve' } | { answer: 'reject'; reason: string }

/** The hooks of each kind of target. */
export interface HooksOf {
  image: ImageHooks
  upstream: UpstreamHooks
  channel: ChannelHooks
  function: FunctionHooks
  service: ServiceHooks
}

export type Hooks = ImageHooks & UpstreamHooks & ChannelHooks & FunctionHooks & ServiceHooks

/** What a fault does at its hooks. It has one, at least. */
export type Acts<H> = { [Hook in keyof H]: Pick<H, Hook> & Partial<H> }[keyof H]
