import { StatesError } from './types.ts'

/** One page of a list: `maxResults` is 100 where it is absent or 0, and 1,000 at most. Throws InvalidToken. */
export function page<T>(
  all: T[],
  input: { maxResults?: unknown; nextToken?: unknown },
): { items: T[]; nextToken: { nextToken?: string } } {
  const from = input.nextToken === undefined ? 0 : Number(decode(String(input.nextToken)))
  if (!Number.isInteger(from) || from < 1 !== (input.nextToken === undefined)) {
    throw new StatesError('InvalidToken', `Invalid Token: '${input.nextToken}'`)
  }
  const to = from + Math.min(Number(input.maxResults) || 100, 1000)
  return {
    items: all.slice(from, to),
    nextToken: to < all.length ? { nextToken: Buffer.from(`from:${to}`).toString('base64') } : {},
  }
}

function decode(token: string): string {
  return Buffer.from(token, 'base64')
    .toString()
    .replace(/^from:/, '')
}
