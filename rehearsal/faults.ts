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
  'parameter-missing': 'IMAGE: somebody deletes the parameter that names its parent, just before its bake',
  'event-lost': 'IMAGE: the last state event of its bake never arrives',
  'event-late': 'IMAGE: the last state event of its bake arrives an hour late',
  'event-doubled': 'IMAGE: the last state event of its bake arrives three times',
  'event-early': 'IMAGE: the last state event of its bake arrives at once, before anybody waits for it',
  'untrusted-owner': "UPSTREAM: the released AMI belongs to an account that is not the upstream's owner",
  'shared-late': "UPSTREAM: the released AMI is shared with the build account an hour after EC2's event",
  'never-shared': 'UPSTREAM: nobody shares the released AMI with the build account',
  'handler-crashes': 'FUNCTION: it dies once, after its work and before its answer',
  'execution-aborted': 'IMAGE: a person stops its execution in the middle of the bake',
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
}
