import { AwsError } from './types.ts'

/** State that each account has in each region on its own. */
export class Partitions<T> {
  readonly #parts = new Map<string, T>()
  readonly #create: (account: string, region: string) => T

  constructor(create: (account: string, region: string) => T) {
    this.#create = create
  }

  in(o: { account: string; region: string }): T {
    const key = `${o.account}/${o.region}`
    const held = this.#parts.get(key) ?? this.#create(o.account, o.region)
    this.#parts.set(key, held)
    return held
  }

  all(): T[] {
    return [...this.#parts.values()]
  }
}

export interface PageOptions {
  size?: number | undefined
  token?: string | undefined
  /** The most, and where no size is given, that a page has. */
  most: number
  /** The error for a token that this operation did not give. */
  invalidToken: string
}

/** One page of a list, and the token of the next where there is one. */
export function pageOf<T>(items: T[], o: PageOptions): { items: T[]; next?: string } {
  const token = o.token === undefined ? 'page/0' : Buffer.from(o.token, 'base64url').toString()
  const start = Number(token.match(/^page\/(\d+)$/)?.[1])
  if (Number.isNaN(start)) throw new AwsError(o.invalidToken, 'The provided pagination token is not valid.')
  const end = start + Math.min(o.size ?? o.most, o.most)
  const next = end < items.length ? { next: Buffer.from(`page/${end}`).toString('base64url') } : {}
  return { items: items.slice(start, end), ...next }
}

/**
 * Client tokens: the same token with the same input gives the same answer and does nothing; with another
 * input it is a mistake.
 */
export class ClientTokens {
  readonly #seen = new Map<string, { input: string; answer: unknown }>()
  readonly #mismatch: string

  /** @param mismatch what the service calls the mistake */
  constructor(mismatch = 'IdempotentParameterMismatchException') {
    this.#mismatch = mismatch
  }

  once<I extends { clientToken?: string | undefined }, T>(scope: string, input: I, act: () => T): T {
    const key = `${scope}/${input.clientToken}`
    const reported = JSON.stringify(input, sortedKeys)
    const seen = this.#seen.get(key)
    if (seen && seen.input !== reported) {
      throw new AwsError(
        this.#mismatch,
        `The client token '${input.clientToken}' was used with other parameters before.`,
      )
    }
    if (seen) return seen.answer as T
    const answer = act()
    this.#seen.set(key, { input: reported, answer })
    return answer
  }
}

const sortedKeys = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
