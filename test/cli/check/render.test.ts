import { expect, it } from 'vitest'
import type { Compared } from '../../../cli/check/api.ts'
import { comparedLines, preflightLines } from '../../../cli/check/render.ts'

const base: Compared = {
  image: 'base',
  adopted: false,
  pipeline: 'golden-base',
  parent: 'ssm:/golden/images/base/parent',
  changed: '2026-09-01T12:00:00.000Z',
  rebake: '',
  problems: [],
  warnings: [],
  unchecked: [],
}
const nightly: Compared = {
  image: 'nightly',
  adopted: true,
  pipeline: 'nightly',
  parent: 'ami-0aaaaaaaaaaaaaaaa',
  changed: '2025-01-31T00:00:00Z',
  rebake: 'pinned to ami-0aaaaaaaaaaaaaaaa',
  problems: [],
  warnings: [],
  unchecked: [],
}
const place = 'Account 111122223333, eu-west-1'
const none = { names: [], deleted: [] }

it('says what there is, and what a rebake does', () => {
  expect(comparedLines([base, nightly], place, none)).toEqual([
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
  const lines = comparedLines([base, wrong], place, none)
  expect(lines[0]).toBe('✖ Account 111122223333, eu-west-1: 1 of 2 images is not as the fleet expects.')
  expect(lines.slice(-3)).toEqual(['', '✖ nightly: it is disabled', '✖ nightly: it has colours'])
})

it('fits where it is asked to', () => {
  const long = { ...nightly, problems: ['it has a schedule of its own, so that one change is baked twice'] }
  for (const line of comparedLines([base, long], place, none, { width: 60 }))
    expect([...line].length).toBeLessThanOrEqual(60)
})

it('says what it could not look at, what to know, and which pipelines are nobody’s', () => {
  const denied = {
    ...nightly,
    warnings: ['Terraform made it'],
    unchecked: [{ what: 'its role', needs: 'iam:GetRole' }],
  }
  const lines = comparedLines([base, denied], place, { names: ['lab', 'old'], deleted: [] })
  expect(lines[0]).toMatch(
    /^⚠ .*nothing was found that is not as the fleet expects, and of 1 of 2 images not all could be/,
  )
  expect(lines.slice(-4)).toEqual([
    '⚠ nightly: Terraform made it',
    '⚠ nightly: its role could not be checked: that takes iam:GetRole',
    '',
    '· 2 pipelines of the account are not in the fleet: lab and old.',
  ])
  expect(comparedLines([base], place, { needs: 'imagebuilder:ListImagePipelines' }).at(-1)).toBe(
    '· which pipelines the account has beside those of the fleet could not be checked: that takes imagebuilder:ListImagePipelines',
  )
})

it('says what of the account stops a deploy, and what to do', () => {
  const check = { name: 'quota', group: 'Quotas', permissions: [], examine: async function* () {} } as const
  const finding = { found: '3 of 2', fix: 'Raise it.' }
  const failed = { check, outcome: 'fail' as const, findings: [{ ...finding, outcome: 'fail' as const }] }
  const unseen = { check, outcome: 'unknown' as const, findings: [{ ...finding, outcome: 'unknown' as const }] }
  const fine = { check, outcome: 'pass' as const, findings: [{ ...finding, outcome: 'pass' as const }] }
  expect(preflightLines([fine, failed])).toEqual([
    '✖ 1 of 2 checks of the account would stop a deploy or a campaign.',
    '✖ quota: 3 of 2 → Raise it.',
  ])
  expect(preflightLines([fine, unseen])).toEqual([
    '✔ 2 checks of the account: nothing was found that stops a deploy or a campaign.',
    '⚠ quota: 3 of 2 → Raise it.',
  ])
})
