import type { Fleet } from './model.ts'

/**
 * Account ids of AWS's documentation and of our examples: 111122223333, 222233334444, ... and 123456789012.
 * Nobody deploys to them.
 */
const examples = new Set([
  '123456789012',
  ...Array.from({ length: 9 }, (_, at) =>
    [at + 1, at + 2, at + 3].map((digit) => String(digit % 10).repeat(4)).join(''),
  ),
])

/** Those that a fleet bakes in or distributes to, in the order of the file. */
export function exampleAccountsIn({ build, rings }: Fleet): string[] {
  const named = [build.account, ...Object.values(rings).flatMap(({ accounts }) => accounts)]
  return [...new Set(named)].filter((account) => examples.has(account))
}
