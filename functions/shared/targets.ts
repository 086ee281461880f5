import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { publishRoleName } from '../../domain/names.ts'
import type { Target } from '../../domain/planning/order.ts'
import { TargetUnreachable } from './errors.ts'

type Assumed = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

interface Acting {
  fleet: string
  partition: string
  /** What CloudTrail shows there; cut to 64 characters. */
  session: string
  /** The role's name in each account. Default: the one that the target-account stack makes. */
  role?: string
}

/** Clients that act in other accounts, through the small role that a stack of ours makes there. */
export class Targets {
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

  async ec2({ account, region }: Target) {
    return new EC2Client({ region, credentials: await this.#credentials(account) })
  }

  async ssm({ account, region }: Target) {
    return new SSMClient({ region, credentials: await this.#credentials(account) })
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
      if (error instanceof Error && error.name === 'AccessDenied')
        throw new TargetUnreachable(`cannot assume ${role}: ${error.message}`, { cause: error })
      throw error
    })
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
  }
}

/** What one target refused becomes an error that names the target. */
export async function at<T>({ account, region }: Target, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (
      error instanceof Error &&
      /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(error.name)
    )
      throw new TargetUnreachable(`${account} ${region}: ${error.message}`, { cause: error })
    throw error
  }
}
