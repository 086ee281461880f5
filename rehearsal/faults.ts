import { sourceIn } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'

/** What a rehearsal can be told to let go wrong, and where. */
export interface Fault {
  kind: FaultKind
  /** An image of the fleet, or for handler-crashes a function. */
  target: string
}

export const faultKinds = {
  'build-fails': 'IMAGE: its build fails in Image Builder',
  'build-cancelled': 'IMAGE: somebody cancels its build',
  'build-hangs': 'IMAGE: its build never ends',
  'test-fails': 'IMAGE: its build succeeds and its test phase fails',
  'copy-fails': 'IMAGE: its copy to the first target of its first ring fails',
  'ami-unencrypted': 'IMAGE: its AMI comes out with a volume that is not encrypted',
  'event-lost': 'IMAGE: the last state event of its bake never arrives',
  'event-late': 'IMAGE: the last state event of its bake arrives an hour late',
  'event-doubled': 'IMAGE: the last state event of its bake arrives three times',
  'event-early': 'IMAGE: the last state event of its bake arrives at once, before anybody waits for it',
  'scan-finds': 'IMAGE: the scan in its bake finds three critical vulnerabilities',
  'cve-found': 'IMAGE: hours after it is released, a scan of it finds three critical vulnerabilities',
  'smoke-fails': 'IMAGE: the script or document of its smoke test exits with 1',
  'smoke-unreachable': 'IMAGE: Systems Manager never hears of the instance of its smoke test',
  'smoke-hangs': 'IMAGE: the script or document of its smoke test never ends',
  'check-refuses': 'IMAGE: each of its custom checks says no',
  'approval-rejected': 'IMAGE: whoever is asked to approve it rejects it',
  'approval-forgotten': 'IMAGE: nobody answers when its approval is asked for',
  'slack-refuses': 'CHANNEL: it is not there any more',
  'release-lost': 'UPSTREAM: nobody is told of its releases',
  'release-late': 'UPSTREAM: what tells of its first release arrives an hour late',
  'release-doubled': 'UPSTREAM: what tells of its releases arrives three times',
  'release-deregistered': 'UPSTREAM: the released AMI is deregistered at once',
  'untrusted-owner': "UPSTREAM: the released AMI belongs to an account that is not the upstream's owner",
  'shared-late': 'UPSTREAM: the released AMI is shared with the build account an hour after its release',
  'never-shared': 'UPSTREAM: nobody shares the released AMI with the build account',
  'handler-crashes': 'FUNCTION: it dies once, after its work and before its answer',
  'execution-aborted': 'IMAGE: a person stops its execution in the middle of the bake',
  'settle-lost': 'IMAGE: the event that its execution has ended never arrives',
} as const

export type FaultKind = keyof typeof faultKinds

/** @throws Error that lists the kinds, when this is none of them. */
export function parseFault(text: string): Fault {
  const [kind = '', target = ''] = text.split(/=(.*)/)
  if (!Object.hasOwn(faultKinds, kind) || target === '')
    throw new Error(
      `'${text}' is no fault. Write KIND=TARGET, with one of:\n${Object.entries(faultKinds)
        .map(([name, what]) => `  ${name}=${what}`)
        .join('\n')}`,
    )
  return { kind: kind as FaultKind, target }
}

/** Why a fault cannot happen in this fleet, in words; undefined where it can. */
export function impossible(fleet: Fleet, { kind, target }: Fault): string | undefined {
  if (faultKinds[kind].startsWith('IMAGE')) {
    const { pipeline, scanning, tests, checks, rings = [] } = fleet.images[target] ?? {}
    if (kind.startsWith('smoke-') && !checks?.smoke) return `the fleet has no smoke test for ${target}`
    if (kind === 'check-refuses' && !checks?.custom) return `the fleet has no custom check for ${target}`
    const isAsked = rings.some((ring) => fleet.rings[ring]?.approval)
    if (kind.startsWith('approval-') && !isAsked) return `no ring of ${target} asks for approval`
    const isScan = kind === 'scan-finds' || kind === 'cve-found'
    return isScan && !pipeline && !(scanning && tests) ? `the fleet does not have ${target} scanned` : undefined
  }
  if (kind === 'slack-refuses' && !fleet.notify.slack[target]) return `the fleet has no Slack channel ${target}`
  if (!faultKinds[kind].startsWith('UPSTREAM')) return undefined
  const source = sourceIn(fleet, target)
  const isSilent = source.kind === 'parameter' && source.account === '' && source.announcements === undefined
  if (isSilent && ['release-lost', 'release-late', 'release-doubled'].includes(kind))
    return `nothing tells of the releases of ${target}`
  const isOwn = source.owner === fleet.build.account
  if (isOwn && (kind === 'shared-late' || kind === 'never-shared'))
    return `the AMIs of ${target} are the build account's own`
  if (source.kind === 'image' && kind === 'untrusted-owner')
    return `the images of ${target} are the build account's own`
  return undefined
}

/** The faults of one rehearsal, asked for by kind and target. */
export class Faults {
  readonly #faults: Fault[]

  constructor(faults: Fault[]) {
    this.#faults = faults
  }

  has(kind: FaultKind, target: string): boolean {
    return this.#faults.some((fault) => fault.kind === kind && fault.target === target)
  }

  /** Faults that happen once are taken. */
  take(kind: FaultKind, target: string): boolean {
    const at = this.#faults.findIndex((fault) => fault.kind === kind && fault.target === target)
    if (at >= 0) this.#faults.splice(at, 1)
    return at >= 0
  }

  /** What happens to a function after its work: a fault names `golden-start-bake` without its fleet, `start-bake`. */
  afterInvoke(functionName: string): 'crash' | undefined {
    const name = functionName.split('-').slice(-2).join('-')
    return this.take('handler-crashes', name) ? 'crash' : undefined
  }
}
