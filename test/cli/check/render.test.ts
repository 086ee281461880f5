import { expect, it } from 'vitest'
import type { Compared } from '../../../cli/check/api.ts'
import { comparedLines } from '../../../cli/check/render.ts'

const base: Compared = {
  image: 'base',
  adopted: false,
  pipeline: 'golden-base',
  parent: 'ssm:/golden/images/base/parent',
  changed: '2026-09-01T12:00:00.000Z',
  rebake: '',
  problems: [],
}
const nightly: Compared = {
  image: 'nightly',
  adopted: true,
  pipeline: 'nightly',
  parent: 'ami-0aaaaaaaaaaaaaaaa',
  changed: '2025-01-31T00:00:00Z',
  rebake: 'pinned to ami-0aaaaaaaaaaaaaaaa',
  problems: [],
}
const place = 'Account 111122223333, eu-west-1'

it('says what there is, and what a rebake does', () => {
  expect(comparedLines([base, nightly], place)).toEqual([
    '✔ Account 111122223333, eu-west-1: all is as the fleet expects, for 2 images.',
    '',
    'IMAGE    PIPELINE           PARENT                          CHANGED',
    'base     golden-base        ssm:/golden/images/base/parent  2026-09-01',
    'nightly  nightly (adopted)  ami-0aaaaaaaaaaaaaaaa           2025-01-31',
    '',
    '· nightly: pinned to ami-0aaaaaaaaaaaaaaaa',
  ])
})

it('says what is wrong last, one line for each', () => {
  const wrong = { ...nightly, problems: ['it is disabled', 'it\nhas \x1b[31mcolours'] }
  const lines = comparedLines([base, wrong], place)
  expect(lines[0]).toBe('✖ Account 111122223333, eu-west-1: 1 of 2 images is not as the fleet expects.')
  expect(lines.slice(-3)).toEqual(['', '✖ nightly: it is disabled', '✖ nightly: it has colours'])
})

it('fits where it is asked to', () => {
  const long = { ...nightly, problems: ['it has a schedule of its own, so that one change is baked twice'] }
  for (const line of comparedLines([base, long], place, { width: 60 })) expect([...line].length).toBeLessThanOrEqual(60)
})
