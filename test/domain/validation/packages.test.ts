import { describe, expect, it } from 'vitest'
import { checkPackages, comparePackages, describeChanges } from '../../../domain/validation/packages.ts'

const packages = (text: string) => {
  const all = new Map<string, string[]>()
  for (const one of text.split(' ').filter(Boolean)) {
    const [name = '', version = ''] = one.split('=')
    all.set(name, [...(all.get(name) ?? []), version])
  }
  return all
}

describe('what is installed', () => {
  const now = packages('bash=5.2 kernel=6.1.1 kernel=6.1.2 telnet=0.17')
  it.each([
    ['nothing is asked', [], [], []],
    ['what must be is', ['bash'], [], []],
    ['what must be is not', ['bash', 'aide'], [], ['required: not installed: aide']],
    ['what must not be is not', [], ['rsh'], []],
    ['what must not be is', [], ['telnet', 'kernel'], ['forbidden: installed: telnet 0.17, kernel 6.1.1, 6.1.2']],
    ['names are taken to the letter', ['Bash'], ['tel*'], ['required: not installed: Bash']],
  ])('%s', (_, required, forbidden, failed) => {
    const wrong = checkPackages(now, { required, forbidden }).filter(({ passed }) => !passed)
    expect(wrong.map(({ check, detail }) => `${check}: ${detail}`)).toEqual(failed)
  })
})

describe('packages beside those of the previous release', () => {
  it.each([
    ['nothing moved', 'a=1 b=2', 'b=2 a=1', [], [], []],
    ['one came, one went', 'a=1', 'b=1', ['b'], ['a'], []],
    ['another version', 'a=1', 'a=2', [], [], [['a', '1', '2']]],
    [
      'one more of several versions',
      'kernel=6.1.1 kernel=6.1.2',
      'kernel=6.1.3 kernel=6.1.2',
      [],
      [],
      [['kernel', '6.1.1, 6.1.2', '6.1.2, 6.1.3']],
    ],
    ['the same versions in another order', 'kernel=2 kernel=1', 'kernel=1 kernel=2', [], [], []],
    ['from nothing', '', 'b=1 a=1', ['a', 'b'], [], []],
  ])('%s', (_, before, now, added, removed, upgraded) => {
    expect(comparePackages(packages(before), packages(now))).toEqual({
      added,
      removed,
      upgraded: upgraded.map(([name, from, to]) => ({ name, from, to })),
    })
  })

  it.each([
    ['a=1', 'a=1', 'since 1.0.3: nothing moved'],
    ['a=1 c=1', 'a=2 b=1', 'since 1.0.3: 1 added (b); 1 removed (c); 1 upgraded (a 1 -> 2)'],
  ])('are reported in a line: %s, %s', (before, now, detail) => {
    const changes = comparePackages(packages(before), packages(now))
    expect(describeChanges('1.0.3', changes)).toEqual({ check: 'comparison', passed: true, detail })
  })
})
