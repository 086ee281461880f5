import { beforeAll, describe, expect, it } from 'vitest'
import { complete } from '../../domain/fleet/defaults.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFault } from '../../rehearsal/faults.ts'
import { rehearse } from '../../rehearsal/rehearse.ts'
import type { PlannedRelease } from '../../rehearsal/releases.ts'
import { everyKind } from '../support/every-kind.ts'
import { assemblyOf, readLines, slow, temporaryDirectory } from '../support/rehearsal.ts'

const start = '2026-09-01T06:00:00Z'
const hour = 3_600
const inHours = (hours: number) => new Date(Date.parse(start) + hours * hour * 1000).toISOString().replace('.000', '')
const hoursAfterStart = (time: string | null | undefined) => (Date.parse(time ?? '') - Date.parse(start)) / 3_600_000

/** One tree of two images below an upstream that is AMIs, and whatever a test adds. */
function fleetWith(more: Partial<Fleet>, image: Partial<Fleet['images'][string]> = {}): Fleet {
  const { upstreams, images, patchCycles: _, cves: __, ...rest } = everyKind()
  const pick = <T>(from: Record<string, T>, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, from[name] as T]))
  const pair = pick(images, 'account-base', 'account-app')
  return complete({
    ...rest,
    patchCycles: {},
    upstreams: pick(upstreams, 'of-an-account'),
    images: Object.fromEntries(Object.entries(pair).map(([name, each]) => [name, { ...each, ...image }])),
    ...more,
  }) as Fleet
}

/** The same, and another tree: one image below an upstream that a team tells of. */
const fleetOfTwoTrees = (more: Partial<Fleet>): Fleet => {
  const { upstreams, images } = everyKind()
  const names = ['account-base', 'account-app', 'team-base']
  return fleetWith({
    upstreams: Object.fromEntries(
      Object.entries(upstreams).filter(([name]) => /^of-a-team$|^of-an-account$/.test(name)),
    ),
    images: Object.fromEntries(Object.entries(images).filter(([name]) => names.includes(name))),
    ...more,
  })
}

interface Life {
  events?: object[]
  releases?: PlannedRelease[]
  faults?: string[]
  for?: number
}
async function living(fleet: Fleet, { faults = [], events = [], ...rest }: Life) {
  const out = temporaryDirectory()
  const rehearsal = await rehearse({
    fleet,
    fleetFile: 'every-kind.yaml',
    start,
    seed: 1,
    out,
    ...rest,
    events: events as never,
    assembly: await assemblyOf(fleet),
    faults: faults.map(parseFault),
  })
  await rehearsal.close()
  const bakes = readLines<{ time: string; operation: string; input: { tags: Record<string, string> } }>(
    out,
    'calls.jsonl',
  ).filter(({ operation }) => operation === 'StartImagePipelineExecution')
  const reported = (kind: string) =>
    rehearsal.notifications.filter(({ attributes }) => attributes.kind === kind).map(({ message }) => message)
  return { ...rehearsal, bakes, reported }
}
const release = (hours: number): PlannedRelease => ({ upstream: 'of-an-account', time: inHours(hours) })

describe('a freeze', { timeout: slow }, () => {
  const freezes = {
    'year-end': { reason: 'no changes', from: '2026-09-01T00:00', to: '2026-09-02T12:00', timezone: 'UTC' },
  }

  describe('of the whole fleet', () => {
    const emergency = {
      version: '0',
      id: '5f1f3a0e-7c0b-4e35-9a60-6d2d5d3a7a11',
      'detail-type': 'SOE AMI Released',
      source: 'soe',
      account: '444455556666',
      time: inHours(1),
      region: 'us-west-2',
      resources: [],
      detail: {
        version: '1',
        upstream: 'of-a-team',
        ami: 'ami-0a1b2c3d4e5f67890',
        emergency: true,
        reason: 'openssl',
      },
    }
    let life: Awaited<ReturnType<typeof living>>
    beforeAll(async () => {
      life = await living(fleetOfTwoTrees({ freezes }), { releases: [release(1)], events: [emergency] })
    }, slow)
    const bakesOf = (tree: string) =>
      life.bakes
        .filter(({ input }) => input.tags['rebake:image']?.startsWith(tree))
        .map(({ time }) => hoursAfterStart(time))
    const campaignsOf = (upstream: string) => life.summary.campaigns.filter((each) => each.upstream === upstream)

    it('holds a campaign up, says until when once, and lets it go on by itself', () => {
      expect(campaignsOf('of-an-account')).toMatchObject([{ status: 'finished', images: 2 }])
      expect(bakesOf('account').map((hours) => hours >= 30)).toEqual([true, true])
      expect(life.reported('campaign-waiting')).toEqual([
        expect.stringMatching(/2026-09-02 12:00 UTC[\s\S]*freeze 'year-end'/),
      ])
    })

    it('is passed by an emergency', () => {
      const reason = expect.stringContaining('openssl')
      expect(campaignsOf('of-a-team')).toMatchObject([{ status: 'finished', reason }])
      expect(bakesOf('team').map((hours) => hours < 2)).toEqual([true])
      const emergencies = life.reported('campaign-planned').filter((message) => message.includes('EMERGENCY'))
      expect(emergencies).toEqual([expect.stringContaining('openssl')])
    })
  })

  it('of a ring lets images be baked, and holds up what goes there', async () => {
    const rings = { everyone: { ...everyKind().rings.everyone } } as Fleet['rings']
    const ofRing = { ring: { ...freezes['year-end'], rings: ['everyone'] } }
    const { summary, bakes, reported } = await living(fleetWith({ freezes: ofRing, rings }), {
      releases: [release(1)],
    })
    expect(bakes.every(({ time }) => hoursAfterStart(time) < 3)).toBe(true)
    expect(summary.images.map(({ status }) => status)).toEqual(['released', 'released'])
    expect(summary.images.every(({ finishedAt }) => hoursAfterStart(finishedAt) >= 30)).toBe(true)
    expect(reported('campaign-waiting')).toHaveLength(1)
  })
})

describe('a window of an image', { timeout: slow }, () => {
  it('lets it be baked only then, and gives the lock to others meanwhile', async () => {
    const window = { schedule: 'cron(0 20 * * ? *)', timezone: 'UTC', duration: 4 * hour }
    const fleet = fleetWith({ concurrentBakes: 1 })
    const app = { ...fleet.images['account-app'], window } as Fleet['images'][string]
    const withWindow = { ...fleet, images: { ...fleet.images, 'account-app': app } }
    const { bakes, summary } = await living(withWindow, { releases: [release(1)] })
    expect(bakes.map(({ time, input }) => [input.tags['rebake:image'], Math.floor(hoursAfterStart(time))])).toEqual([
      ['account-base', 1],
      ['account-app', 14],
    ])
    expect(summary.images.map(({ status }) => status)).toEqual(['released', 'released'])
  })
})

/** Of two tests: that it cancels is nothing to the scans. */
const cancelling = fleetWith({ supersede: 'cancel', cves: { critical: 1, every: 7 * 86_400 } }, { scanning: true })

describe('a newer release', { timeout: slow }, () => {
  it('supersedes what waits of an older one, and not what bakes', async () => {
    // The base bakes for 20 minutes: the newer comes in the middle of it.
    const { summary, bakes } = await living(fleetWith({}), { releases: [release(0), release(0.2)] })
    const of = (campaign: number) =>
      summary.images.filter(({ campaign: name }) => name === summary.campaigns[campaign]?.name)
    expect(of(0).map(({ image, status }) => [image, status])).toEqual([
      ['account-base', 'released'],
      ['account-app', 'superseded'],
    ])
    expect(of(0)[1]?.reason).toBe(`superseded by campaign ${summary.campaigns[1]?.name}`)
    expect(of(1).map(({ status }) => status)).toEqual(['released', 'released'])
    expect(summary.campaigns.map(({ status }) => status)).toEqual(['finished', 'finished'])
    expect(bakes).toHaveLength(3)
  })

  it('cancels what bakes where the fleet says so', async () => {
    const { summary, bakes } = await living(cancelling, {
      releases: [release(0), release(0.2)],
    })
    const [older, newer] = summary.campaigns.map(({ name }) =>
      summary.images.filter(({ campaign }) => campaign === name).map(({ status }) => status),
    )
    expect(older).toEqual(['superseded', 'superseded'])
    expect(newer).toEqual(['released', 'released'])
    expect(bakes).toHaveLength(3)
  })
})

describe('the hourly look', { timeout: slow }, () => {
  const fleet = fleetWith({})

  it('tries a failed bake again after an hour and after six more, gives up then, and says so once', async () => {
    const { summary, reported, bakes } = await living(fleet, { faults: ['build-fails=account-app'], for: 24 * hour })
    const tries = bakes.filter(({ input }) => input.tags['rebake:image'] === 'account-app')
    expect(tries).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = tries.map(({ time }) => hoursAfterStart(time))
    expect(second - first).toBeGreaterThan(1)
    expect(second - first).toBeLessThan(3)
    expect(third - second).toBeGreaterThan(6)
    expect(third - second).toBeLessThan(8)
    expect(reported('image-stale')).toEqual([
      expect.stringMatching(/account-app was tried 3 times[\s\S]*exited with 1/),
    ])
    expect(summary.campaigns.map(({ kind }) => kind)).toEqual(['release', 'drift', 'drift'])
    expect(summary.campaigns[1]?.reason).toContain('attempt 2 of 3')
  })

  it('frees what a dead execution held whose own event was lost', async () => {
    const faults = ['execution-aborted=account-app', 'settle-lost=account-app']
    const { summary, reported } = await living(fleet, { faults, for: 6 * hour })
    const app = summary.images.find(({ image }) => image === 'account-app')
    expect(app).toMatchObject({ status: 'aborted' })
    expect(hoursAfterStart(app?.finishedAt)).toBeLessThan(2.5)
    expect(reported('image-failed')).toHaveLength(1)
    // What a person has stopped is not tried again.
    expect(summary.campaigns).toHaveLength(1)
  })
})

describe('a patch cycle', { timeout: slow }, () => {
  const patch = { schedule: 'cron(0 12 * * ? *)', timezone: 'UTC', onlyIfChanged: false }

  it('rebakes its images though no parent has changed, each time once', async () => {
    const fleet = fleetWith({ patchCycles: { daily: patch } })
    const { summary, bakes } = await living(fleet, { for: 31 * hour })
    expect(summary.campaigns.map(({ kind, title }) => [kind, title])).toEqual([
      ['release', expect.any(String)],
      ['cycle', 'patch cycle daily'],
      ['cycle', 'patch cycle daily'],
    ])
    expect(bakes).toHaveLength(6)
  })

  it('leaves what has not changed, where it says so, and says why', async () => {
    const { summary, reported } = await living(
      fleetWith({ patchCycles: { daily: { ...patch, onlyIfChanged: true } } }),
      {
        for: 8 * hour,
      },
    )
    expect(summary.campaigns.map(({ kind, images }) => [kind, images])).toEqual([
      ['release', 2],
      ['cycle', 0],
    ])
    expect(reported('campaign-finished').at(-1)).toMatch(/account-base: baked from ami-\w+ \d+h/)
  })
})

describe('vulnerabilities', { timeout: slow }, () => {
  it('in the newest version have the image rebaked, and what descends from it', async () => {
    const { summary } = await living(cancelling, { releases: [release(0)], faults: ['cve-found=account-base'] })
    expect(summary.campaigns.map(({ kind, images }) => [kind, images])).toEqual([
      ['release', 2],
      ['cve', 2],
    ])
    expect(summary.campaigns[1]?.reason).toBe('a scan of account-base 1.0.0/1 found 3 critical findings')
    expect(summary.images.every(({ status }) => status === 'released')).toBe(true)
  })
})
