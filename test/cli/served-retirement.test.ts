import { expect, it } from 'vitest'
import type { RetirementNow } from '../../cli/retire/api.ts'
import { slow } from '../support/rehearsal.ts'
import { servedRehearsal } from './served-rehearsal.ts'
import { smallFleet } from './small-fleet.ts'

const text = `${smallFleet}
retirement: { keep: 1, grace: 7d }
`

/** A rehearsal in which ubuntu has released four times. */
const { run } = servedRehearsal(text, {
  releases: ['2026-09-01', '2026-09-04', '2026-09-07', '2026-09-10'].map((day) => ({
    upstream: 'ubuntu',
    time: `${day}T06:00:00Z`,
  })),
})
const retire = (...args: string[]) => run(['retire', ...args])

it('deprecates what is old in a served rehearsal, follows it, and removes it once its time is over', {
  timeout: slow,
}, async () => {
  const first = await retire('--yes', '--at', '2026-09-20T00:00:00Z')
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^2 releases to deprecate, 0 to remove, 0 later\./)
  expect(first.stdout).toMatch(/✔ AMIs in 123456789012 eu-west-1 {2}2 AMIs\n✔ 4 AMIs deprecated, 0 removed\.\n$/)

  const early = await retire('--yes', '--at', '2026-09-26T23:59:59Z')
  expect(early).toMatchObject({ code: 0, stderr: '' })
  expect(early.stdout).toMatch(/^0 releases to deprecate, 0 to remove, 2 later\./)

  const later = await retire('--yes', '--json', '--at', '2026-09-27T00:00:00Z')
  expect(later).toMatchObject({ code: 0, stderr: '' })
  const { withdrawals } = JSON.parse(later.stdout) as RetirementNow
  const removed = withdrawals.flatMap(({ amis }) => amis.map(({ action, outcome }) => `${action} ${outcome}`))
  expect(removed).toEqual(Array(4).fill('remove done'))

  const after = await retire('--dry-run', '--at', '2026-09-27T00:00:00Z')
  expect(after.stdout).toBe(
    'No release is old, and nothing is left of a bake that failed: nothing is deprecated, and nothing is removed.\n',
  )
})
