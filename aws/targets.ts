import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { AnswersLate, Superseded, TargetUnreachable, Transient } from '../domain/errors.ts'
import { publishRoleName } from '../domain/names.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import { classify, isDenied, isRefused } from './errors.ts'

type Assumed = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

interface Acting {
  fleet: string
  partition: string
  /** What CloudTrail shows there; cut to 64 characters. */
  session: string
  /** The role's name in each account. Default: the one that the target-account stack makes. */
  role?: string
}

/** Acts in other accounts, through the small role that a stack of ours makes there. */
export class Sessions {
  readonly #fleet: string
  readonly #partition: string
  readonly #role: string
  readonly #sts: STSClient
  readonly #sessions = new Map<string, Promise<Assumed>>()
  readonly #session: string

  constructor(who: Acting, sts = new STSClient({})) {
    this.#fleet = who.fleet
    this.#partition = who.partition
    this.#role = who.role ?? publishRoleName(who.fleet)
    this.#session = who.session.slice(0, 64)
    this.#sts = sts
  }

  /** What a client in a target is made with. All of them share one pool of connections: targets may be many. */
  async configFor({ account, region }: Target) {
    const { requestHandler } = this.#sts.config
    return { region, credentials: await this.#credentials(account), requestHandler }
  }

  #credentials(account: string): Promise<Assumed> {
    const known = this.#sessions.get(account)
    if (known) return known
    const session = this.#assume(account)
    this.#sessions.set(account, session)
    return session
  }

  async #assume(account: string): Promise<Assumed> {
    const role = `arn:${this.#partition}:iam::${account}:role/${this.#role}`
    const command = new AssumeRoleCommand({
      RoleArn: role,
      RoleSessionName: this.#session,
      ExternalId: this.#fleet,
      DurationSeconds: 900,
    })
    const { Credentials } = await this.#sts.send(command).catch((error: unknown) => {
      if (isDenied(error)) throw new TargetUnreachable(`cannot assume ${role}: ${error.message}`, { cause: error })
      throw error
    })
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
  }
}

/** Clients in targets. */
export class Targets extends Sessions {
  async ec2(target: Target) {
    return new EC2Client(await this.configFor(target))
  }

  async ssm(target: Target) {
    return new SSMClient(await this.configFor(target))
  }
}

/** Something about one target that is not as it must be. */
export class TargetMismatch extends Error {
  override readonly name: string = 'Wrong'
}

/** Something about one target that may only not be seen yet. */
export class NotYet extends TargetMismatch {
  override readonly name = 'NotYet'
}

/** How many targets are worked on at the same time: kind to the quotas of STS, EC2 and Parameter Store. */
const together = 16

/**
 * Works on every target, whatever becomes of the others; what each came to, in order.
 *
 * @throws Superseded, and what another try may fix, as it is. Else, naming every target that was refused or is Wrong:
 * AnswersLate where one of them may be right in a moment, TargetUnreachable where none let us in, `incomplete` otherwise.
 */
export async function inEach<T extends Target, R>(
  targets: T[],
  incomplete: (message: string) => Error,
  work: (target: T) => Promise<R>,
): Promise<R[]> {
  const { results, failures } = await tryEach(targets, work)
  const ending =
    failures.find(({ error }) => error instanceof Superseded) ??
    failures.find(({ error }) => classify(error) instanceof Transient)
  if (ending) throw ending.error
  if (failures.length > 0) {
    const reported = failureLines(failures).join('; ')
    if (failures.some(({ error }) => error instanceof NotYet)) throw new AnswersLate(reported)
    throw failures.every(({ error }) => isShut(error)) ? new TargetUnreachable(reported) : incomplete(reported)
  }
  return results
}

interface Failure {
  target: Target
  error: Error
}

/** Works on every target, whatever becomes of the others: what each came to, in order, and what failed. */
export async function tryEach<T extends Target, R>(targets: readonly T[], work: (target: T) => Promise<R>) {
  const settled: PromiseSettledResult<R>[] = []
  const queue = targets.entries()
  const worker = async () => {
    for (const [i, target] of queue) [settled[i]] = await Promise.allSettled([work(target)])
  }
  await Promise.all(Array.from({ length: together }, worker))
  return {
    results: settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: settled.flatMap((result, i): Failure[] =>
      result.status === 'rejected' ? [{ target: targets[i] as T, error: result.reason as Error }] : [],
    ),
  }
}

/** The same, a line for each reason. */
export const failureLines = (failures: Failure[]): string[] =>
  linesOf(failures.map(({ target, error }) => ({ target, why: reasonOf(error) })))

/** `111122223333 us-east-1, 444455556666 us-east-1: no AMI; ...`: every target by its name, each reason once. */
export const describeTargets = (problems: Problem[]): string => linesOf(problems).join('; ')

interface Problem {
  target: Target
  why: string
}

const linesOf = (problems: Problem[]): string[] =>
  [...Map.groupBy(problems, ({ why }) => why)].map(
    ([why, some]) => `${some.map(({ target }) => `${target.account} ${target.region}`).join(', ')}: ${why}`,
  )

const isShut = (error: Error): boolean => error instanceof TargetUnreachable || isRefused(error)
const reasonOf = (error: Error) =>
  error instanceof TargetMismatch || isShut(error) ? error.message : `${error.name}: ${error.message}`

/** What one target refused becomes an error that names the target. */
export async function at<T>({ account, region }: Target, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isRefused(error)) throw new TargetUnreachable(`${account} ${region}: ${error.message}`, { cause: error })
    throw error
  }
}
