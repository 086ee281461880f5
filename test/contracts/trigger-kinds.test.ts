import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { planCampaign } from '../../domain/planning/plan.ts'
import { campaignName, Trigger, titleOf } from '../../domain/triggers.ts'
import { keyOf } from '../../ledger/keys.ts'
import { planFor } from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger, seed } from '../support/ledger.ts'
import { fakeRelease } from '../support/releases.ts'

const time = '2026-09-09T16:00:00Z'
const common = { time, reason: 'because' }
const parentAmi = 'ami-0a1b2c3d4e5f67890'
const image = 'al2023-hardened'

interface Case {
  /** It asks for al2023-hardened, and perhaps for others. */
  trigger: Trigger
  /** A promise: campaigns that were started keep their names, and the same trigger starts nothing again. */
  name: string
  title: string
}

const cases: Record<Trigger['kind'], Case> = {
  release: {
    trigger: { kind: 'release', upstream: 'al2023-soe', ami: parentAmi, amiName: 'soe-al2023-1', ...common },
    name: 'al2023-soe-ami-0a1b2c3d4e5f67890',
    title: 'al2023-soe ami-0a1b2c3d4e5f67890',
  },
  cycle: {
    trigger: { kind: 'cycle', cycle: 'nightly', ...common },
    name: 'nightly-20260909T160000Z',
    title: 'patch cycle nightly',
  },
  manual: {
    trigger: { kind: 'manual', images: [image, 'al2023-node'], ...common },
    name: 'manual-20260909T160000Z-al2023-hardened_al2023-node',
    title: 'manual: al2023-hardened, al2023-node',
  },
  cve: {
    trigger: { kind: 'cve', image, version: '1.0.3/1', ...common },
    name: 'cve-al2023-hardened-1-0-3-1',
    title: 'vulnerabilities in al2023-hardened',
  },
  drift: {
    trigger: { kind: 'drift', id: '0123456789abcdef', images: [{ image, reason: 'it has changed' }], ...common },
    name: 'drift-0123456789abcdef',
    title: 'not as the fleet says: al2023-hardened',
  },
  promote: {
    trigger: { kind: 'promote', image, version: '1.0.3/1', ...common },
    name: 'promote-al2023-hardened-1-0-3-1-20260909T160000Z',
    title: 'promotion of al2023-hardened 1.0.3/1',
  },
}

const example = exampleFleet()
const nightly = { schedule: 'rate(1 day)', timezone: 'UTC', onlyIfChanged: false, images: ['al2023-*'] }
const fleet: typeof example = { ...example, patchCycles: { nightly } }

/** A ledger that knows the upstream's AMI, and a release that may be rolled out again. */
async function ledgerBefore() {
  const ledger = memoryLedger()
  const newest = { ami: parentAmi, created: time }
  const upstream = { ami: parentAmi, amiName: 'soe-al2023-1', since: time, newest, started: true }
  await ledger.fleetState.change((known) => ({ ...known, upstreams: { 'al2023-soe': upstream } }))
  const version = '1.0.3/1'
  await seed(ledger, keyOf('release', { image, version }), fakeRelease({ image, version, parentAmi }))
  return ledger
}

describe.each(Object.entries(cases))('a campaign of the kind %s', (kind, { trigger, name, title }) => {
  it('has a name that never changes, and a title', () => {
    expect(trigger.kind).toBe(kind)
    expect(campaignName(trigger)).toBe(name)
    expect(titleOf(trigger)).toBe(title)
  })

  it('is read as it was sent', () => {
    expect(v.parse(Trigger, trigger)).toEqual(trigger)
  })

  it('goes through the rings with what it asks for, and says of all else why not', () => {
    const { images } = planCampaign(fleet, trigger)
    expect(images.map((each) => each.image).sort()).toEqual(Object.keys(fleet.images).sort())
    expect(images[0]).toMatchObject({ image, decision: 'bake', order: 1 })
    expect(images.at(-1)).toMatchObject({ decision: 'leave', reason: expect.stringMatching(/\S/) })
  })

  it('is planned twice as it was planned once', async () => {
    const ledger = await ledgerBefore()
    const first = await planFor(ledger, trigger, fleet)
    const items = await ledger.table.all(keyOf('campaign', { campaign: name }).pk)
    expect(first.roots).toContainEqual(expect.objectContaining({ image, parentAmi, execution: `${name}-${image}` }))
    expect(await planFor(ledger, trigger, fleet)).toEqual(first)
    expect(await ledger.table.all(keyOf('campaign', { campaign: name }).pk)).toEqual(items)
  })
})
