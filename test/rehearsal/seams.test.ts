import { expect, it } from 'vitest'
import { Random } from '../../emulator/index.ts'
import { derivedFrom } from '../../rehearsal/derived-ids.ts'
import { Faults, parseFault } from '../../rehearsal/faults.ts'
import { Slack } from '../../rehearsal/slack.ts'

/** What the rehearsal gives the emulator, and what it does without it. */

it('crashes a function that a fault names without its fleet, as often as it is given', () => {
  const faults = new Faults(['handler-crashes=start-bake', 'build-fails=acquire-lock'].map(parseFault))
  const crashes = ['my-fleet-acquire-lock', 'my-fleet-start-bake', 'my-fleet-start-bake'].map((name) =>
    faults.invocationOutcome(name),
  )
  expect(crashes).toEqual([undefined, 'crash', undefined])
})

it('leads functions that post to Slack to its own, and no other', async () => {
  const slack = await Slack.open(() => 0)
  const given = [{ SLACK_API_URL: 'https://slack.com/api' }, {}].map((environment) =>
    slack.environmentOf({ environment }),
  )
  expect(given).toEqual([{ SLACK_API_URL: slack.apiUrl }, {}])
  await slack.close()
})

it.each(['release/al2023-soe/2026-09-01T06:00:00Z', ''])("derives from '%s' what Random draws first", (label) => {
  const ours = derivedFrom(label).fork('ami')
  const drawn = () => new Random(label).fork('ami')
  expect(ours.hex(16)).toBe(drawn().hex(16))
  expect(ours.uuid()).toBe(drawn().uuid())
})
