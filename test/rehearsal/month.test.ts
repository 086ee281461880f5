import { unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { type Rehearsal, rehearse } from '../../rehearsal/rehearse.ts'
import { releaseStream } from '../../rehearsal/release-stream.ts'
import { amiOfRelease } from '../../rehearsal/releases.ts'
import { exampleFile, slimExample } from '../support/fleets.ts'
import { readLines, temporaryDirectory } from '../support/rehearsal.ts'

/** A base and what is made of it, below each upstream. The hourly look is what takes the time: here it comes once a day. */
const fleet = {
  ...slimExample(
    'al2023-hardened',
    'al2023-node',
    'ubuntu-hardened',
    'ubuntu-python',
    'windows-hardened',
    'windows-iis',
  ),
  poll: 24 * 3_600,
}
const days = 22
const start = '2026-09-01T06:00:00Z'
const stream = releaseStream(fleet, 1, Date.parse(start), days * 86_400)

describe('three weeks of the three trees of the example fleet, with its schedules and a stream of releases', () => {
  let rehearsal: Rehearsal
  const events: EventEnvelope[] = []
  const out = temporaryDirectory()
  let known: FleetState
  beforeAll(async () => {
    rehearsal = await rehearse({
      fleet,
      fleetFile: exampleFile,
      start,
      for: days * 86_400,
      seed: 1,
      faults: [],
      out,
      onEvent: (event) => events.push(event),
    })
    await rehearsal.close()
    const written = readLines<{ operation: string; input: { Item?: Record<string, never> } }>(out, 'calls.jsonl')
      .filter(({ operation, input }) => operation === 'PutItem' && JSON.stringify(input.Item?.pk) === '{"S":"FLEET"}')
      .at(-1)
    known = unmarshall(written?.input.Item ?? {}) as unknown as FleetState
  }, 240_000)

  it('has a campaign for the first look, for each release and for the patch cycle, and all finish', () => {
    expect(stream.length).toBeGreaterThan(3)
    const kinds = rehearsal.summary.campaigns.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'cycle')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'release')).toHaveLength(stream.length + 3)
    expect(new Set(rehearsal.summary.campaigns.map(({ status }) => status))).toEqual(new Set(['finished']))
  })

  it('ends with every upstream at its last release, and every image on what its parent is then', () => {
    for (const upstream of Object.keys(fleet.upstreams)) {
      const last = stream.findLast((release) => release.upstream === upstream)
      if (last) expect(known.upstreams[upstream]?.ami).toBe(amiOfRelease(fleet, last).ami)
    }
    for (const [image, { parent }] of Object.entries(fleet.images)) {
      const from = known.upstreams[parent]?.ami ?? known.images[parent]?.last?.ami
      expect(known.images[image]?.last?.parentAmi).toBe(from)
      expect(known.images[image]?.pending ?? []).toEqual([])
    }
  })

  it('agrees with the events: what they say was released is what the ledger has, image by image', () => {
    const reported = events
      .filter((event) => event['detail-type'] === 'Rebake Image Released')
      .map(({ detail }) => `${detail.campaign} ${detail.image} ${detail.ami}`)
    const recorded = rehearsal.summary.images
      .filter(({ status }) => status === 'released')
      .map(({ campaign, image, ami }) => `${campaign} ${image} ${ami}`)
    expect(reported.length).toBeGreaterThan(20)
    expect(reported.sort()).toEqual(recorded.sort())
  })
})
