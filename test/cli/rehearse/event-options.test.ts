import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scenarioOf } from '../../../cli/rehearse/event-options.ts'
import { timedFleet } from '../timed-fleet.ts'

const fleet = timedFleet()
const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
afterAll(() => rmSync(directory, { recursive: true }))
const event = join(directory, 'event.json')
const envelope = {
  version: '0',
  id: '1',
  'detail-type': 't',
  source: 's',
  account: '123456789012',
  time: '2026-10-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: {},
}
writeFileSync(event, JSON.stringify(envelope))
const begin = '2026-09-01T06:00:00Z'

describe('what happens', () => {
  it.each([
    { options: {}, expected: { events: [], releases: [{ upstream: 'al2023', time: begin }] } },
    {
      options: { release: ['web', 'ubuntu'].slice(1) },
      expected: { events: [], releases: [{ upstream: 'ubuntu', time: begin }] },
    },
    {
      options: { at: '2026-12-20T00:00:00Z' },
      expected: {
        events: [],
        releases: [{ upstream: 'al2023', time: '2026-12-20T00:00:00Z' }],
        start: '2026-12-20T00:00:00Z',
      },
    },
    { options: { for: 3600 }, expected: { events: [], releases: [], for: 3600 } },
    {
      options: { for: 3600, release: ['reported'] },
      expected: { events: [], releases: [{ upstream: 'reported', time: begin }], for: 3600 },
    },
    {
      options: { event: [event], release: ['ubuntu'] },
      expected: { events: [envelope], releases: [{ upstream: 'ubuntu', time: envelope.time }] },
    },
    { options: { event: [event], at: begin }, expected: { events: [envelope], releases: [], start: begin } },
  ])('with $options', ({ options, expected }) => expect(scenarioOf(fleet, options)).toEqual(expected))

  it('is looked for where nobody tells of it', () => {
    const { announcements: _, ...parameter } = fleet.upstreams.public?.parameter ?? {
      name: '',
      architecture: 'x86_64',
    }
    const silent = { ...fleet, upstreams: { ...fleet.upstreams, public: { parameter } } }
    expect(scenarioOf(fleet, { release: ['public'] })).not.toHaveProperty('for')
    expect(scenarioOf(silent, { release: ['public'] })).toMatchObject({ for: 7200 })
    expect(scenarioOf(silent, { release: ['public'], for: 60 })).toMatchObject({ for: 60 })
  })

  it.each([
    {
      options: { release: ['debian'] },
      message: "--release debian: the fleet has no upstream 'debian'; it has al2023",
    },
    {
      options: { event: [event], at: '2026-11-01T00:00:00Z' },
      message: '--at 2026-11-01T00:00:00Z: an event is earlier, of 2026-10-01T00:00:00Z.',
    },
  ])('cannot be $options', ({ options, message }) => {
    expect(() => scenarioOf(fleet, options)).toThrow(message)
  })
})
