import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAmong, nameMatches, patternsMeet, selectedBy } from '../../../domain/fleet/selection.ts'
import { exampleFleet } from '../../support/fleets.ts'

describe('a name', () => {
  it.each([
    ['soe-al2023-*', 'soe-al2023-20260901', true],
    ['soe-al2023-*', 'soe-al2023', false],
    ['soe-al2023', 'soe-al2023', true],
    ['soe-al202?', 'soe-al2023', true],
    ['soe-al202?', 'soe-al20234', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['web (1) [x]', 'web (1) [x]', true],
  ])('fits %s: %s, %s', (pattern, name, fits) => expect(nameMatches(pattern, name)).toBe(fits))

  it.each([
    ['web', undefined, true],
    ['web', [], false],
    ['web-frontend', ['payments-api', 'web-*'], true],
    ['website', ['payments-api', 'web-*'], false],
  ])('%s is among %j: %s', (name, patterns, among) => expect(isAmong(name, patterns)).toBe(among))
})

describe('two patterns', () => {
  it.each([
    ['acme-*', 'acme-base *', true],
    ['*', '*', true],
    ['', '', true],
    ['', '*', true],
    ['', '?', false],
    ['acme-base-soe-*', 'acme-base *', false],
    ['acme-base?2026*', 'acme-base *', true],
    ['*-web', 'acme-*', true],
    ['a*c', '?b?', true],
    ['a*c', '?bd', false],
    ['soe-*', 'acme-base *', false],
  ])('%j and %j meet: %s', (one, other, meet) => {
    expect(patternsMeet(one, other)).toBe(meet)
    expect(patternsMeet(other, one)).toBe(meet)
  })

  it('meet when some name fits both', () => {
    const pattern = fc.stringMatching(/^[ab*?]{0,4}$/)
    const every = (length: number): string[] =>
      length === 0 ? [''] : every(length - 1).flatMap((name) => [`${name}a`, `${name}b`])
    const names = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap(every)
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const meet = names.some((name) => nameMatches(one, name) && nameMatches(other, name))
        expect(patternsMeet(one, other)).toBe(meet)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the images of a patch cycle', () => {
  const fleet = exampleFleet()

  it.each([
    ['all of them', {}, Object.keys(fleet.images)],
    ['by name', { images: ['*-api', 'ubuntu-hardened'] }, ['payments-api', 'orders-api', 'ubuntu-hardened']],
    ['by a tag', { tags: { team: 'web' } }, ['web-frontend']],
    ['by an upstream', { upstreams: ['ubuntu-soe'] }, ['ubuntu-hardened', 'ubuntu-python', 'ml-inference']],
    [
      'by all of it',
      { images: ['*-hardened'], upstreams: ['ubuntu-soe', 'windows-soe'] },
      ['ubuntu-hardened', 'windows-hardened'],
    ],
    ['that there are not', { images: ['*-api'], tags: { team: 'web' } }, []],
  ])('are %s', (_, selection, images) => expect(selectedBy(fleet, selection)).toEqual(images))
})
