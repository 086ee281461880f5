import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetInvalid, nearest, show } from '../../../domain/fleet/problems.ts'
import { showDuration } from '../../../domain/fleet/values.ts'

describe('the nearest name', () => {
  const names = ['parent', 'components', 'rings', 'tags', 'timeout']

  it.each([
    ['parrent', 'parent'],
    ['Parent', 'parent'],
    ['tmieout', 'timeout'],
    ['component', 'components'],
    ['tag', 'tags'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('to %s is %s', (found, expected) => expect(nearest(found, names)).toBe(expected))

  it('to a name with two neighbours swapped is that name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{6,12}$/), fc.nat(4), (name, i) => {
        const swapped = name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2)
        expect(nearest(swapped, ['0000000000', name])).toBe(name)
      }),
    )
  })
})

it.each([
  [null, 'nothing'],
  [undefined, 'nothing'],
  [[], 'an empty list'],
  [{}, 'a mapping'],
  [7, 'the number 7'],
  [true, 'the boolean true'],
  ['text', "'text'"],
  ['x'.repeat(70), `'${'x'.repeat(57)}...'`],
])('shows %j as %s', (value, expected) => expect(show(value)).toBe(expected))

it.each([
  [60, '1m'],
  [5400, '90m'],
  [7200, '2h'],
  [86400, '1d'],
  [90000, '25h'],
  [0, '0m'],
])('shows %i seconds as %s', (value, expected) => expect(showDuration(value)).toBe(expected))

it('says all of its problems, a line for each', () => {
  const problems = [
    { file: 'a.yaml', line: 1, column: 2, message: 'first' },
    { file: 'b.yaml', line: 3, column: 4, message: 'second' },
  ]
  expect(new FleetInvalid(problems).message).toBe('a.yaml:1:2: first\nb.yaml:3:4: second')
})
