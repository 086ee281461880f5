import { afterEach, describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../../emulator/event.ts'
import { Random } from '../../emulator/random.ts'
import { Faults, parseFault } from '../../rehearsal/faults.ts'
import { stage } from '../../rehearsal/scenario.ts'
import { closeWorlds, worldOf } from '../emulator/world/small-world.ts'
import { exampleFleet } from '../support/fleets.ts'
import { readEvent } from '../support/rehearsal.ts'

afterEach(closeWorlds)

const fleet = exampleFleet()
const hour = 3_600_000

async function stagedWith(faults: string[], seed = 1) {
  const { world, clock } = await worldOf({})
  const put: { after: number; event: EventEnvelope }[] = []
  const started = clock.now()
  world.buses.put = (event) => put.push({ after: clock.now() - started, event }) > 0
  const scenario = { fleet, started, events: [], releases: [], random: new Random(seed) }
  return { ...stage(world, { ...scenario, faults: new Faults(faults.map(parseFault)) }), clock, put }
}

describe('how often an event arrives, and how late', () => {
  const image = readEvent('imagebuilder.image-available.json')
  const scan = readEvent('imagebuilder.cve-detected.json')
  const aborted = readEvent('states.execution-aborted.json')
  const input = JSON.stringify({ campaign: 'c', image: 'al2023-hardened' })
  const rebake = { ...aborted, detail: { ...aborted.detail, input } }
  const campaign = { ...aborted, detail: { ...aborted.detail, input: null } }

  it.each<[string, EventEnvelope, number[]]>([
    ['event-lost=al2023-hardened', image, []],
    ['event-late=al2023-hardened', image, [hour]],
    ['event-early=al2023-hardened', image, [-hour]],
    ['event-doubled=al2023-hardened', image, [0, 1, 90_000]],
    ['event-lost=al2023-java', image, [0]],
    ['event-lost=al2023-hardened', scan, [0]],
    ['event-lost=al2023-hardened', rebake, [0]],
    ['settle-lost=al2023-hardened', rebake, []],
    ['settle-lost=al2023-java', rebake, [0]],
    ['settle-lost=al2023-hardened', campaign, [0]],
    ['settle-lost=al2023-hardened', image, [0]],
  ])('with %s', async (fault, event, expected) => {
    expect((await stagedWith([fault])).eventDelays(event)).toEqual(expected)
  })
})

describe('a scan that finds vulnerabilities', () => {
  const released = (image: string): EventEnvelope => ({
    ...readEvent('states.execution-succeeded.json'),
    source: 'rebake',
    'detail-type': 'Rebake Image Released',
    detail: { version: '1', campaign: 'c', image, imageVersion: '1.0.0/2' },
  })

  it('comes some hours after its image was released, once, and is as Image Builder tells of it', async () => {
    const { put, ...staged } = await stagedWith(['cve-found=al2023-node'])
    for (const image of ['al2023-java', 'al2023-node', 'al2023-node']) staged.heard(released(image))
    await staged.clock.run()
    expect(put).toHaveLength(1)
    const [{ after, event } = { after: 0, event: undefined }] = put
    expect(after).toBeGreaterThanOrEqual(2 * hour)
    expect(after).toBeLessThanOrEqual(8 * hour)
    const documented = readEvent('imagebuilder.cve-detected.json')
    const prefix = 'arn:aws:imagebuilder:us-west-2:111122223333'
    expect(event).toEqual({
      ...documented,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      time: expect.stringMatching(/^2026-09-01T\d\d:\d\d:\d\dZ$/),
      resources: [`${prefix}:image/golden-al2023-node/1.0.0/2`, `${prefix}:image-pipeline/golden-al2023-node`],
      detail: {
        'resource-id': expect.stringMatching(/^i-[0-9a-f]{17}$/),
        'finding-severity-counts': { all: 3, critical: 3, high: 0, medium: 0 },
      },
    })
  })

  it('comes to none of the others, and after no other event', async () => {
    const { put, ...staged } = await stagedWith(['cve-found=al2023-node'])
    staged.heard(released('al2023-java'))
    staged.heard({ ...released('al2023-node'), 'detail-type': 'Rebake Image Not Released' })
    await staged.clock.run()
    expect(put).toEqual([])
  })
})
