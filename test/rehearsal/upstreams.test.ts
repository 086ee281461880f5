import { beforeAll, describe, expect, it } from 'vitest'
import { campaignName } from '../../domain/triggers.ts'
import type { CloudAssemblySummary } from '../../infra/synthesize.ts'
import { parseFault } from '../../rehearsal/faults.ts'
import { type Rehearsal, rehearse } from '../../rehearsal/rehearse.ts'
import { amiOfRelease, type PlannedRelease } from '../../rehearsal/releases.ts'
import { everyKind } from '../support/every-kind.ts'
import { assemblyOf, readLines, slow, temporaryDirectory } from '../support/rehearsal.ts'

const every = everyKind()
/** One image below each. */
const { 'account-app': _, ...images } = every.images
const fleet = { ...every, images }
const kinds = Object.keys(fleet.upstreams)
const start = '2026-09-01T06:00:00Z'
const minute = (minutes: number) => new Date(Date.parse(start) + minutes * 60_000).toISOString().replace('.000', '')
const minutesAfterStart = (time: string) => (Date.parse(time) - Date.parse(start)) / 60_000

let assembly: CloudAssemblySummary
beforeAll(async () => {
  assembly = await assemblyOf(fleet)
}, slow)

async function living(o: { releases: PlannedRelease[]; faults?: string[]; for?: number }) {
  const out = temporaryDirectory()
  const { faults = [], ...rest } = o
  const rehearsal = await rehearse({
    fleet,
    assembly,
    fleetFile: 'every-kind.yaml',
    start,
    seed: 1,
    out,
    ...rest,
    faults: faults.map(parseFault),
  })
  await rehearsal.close()
  const bakes = readLines<{
    operation: string
    input: { imagePipelineArn: string; tags: Record<string, string> }
  }>(out, 'calls.jsonl').filter(({ operation }) => operation === 'StartImagePipelineExecution')
  return {
    ...rehearsal,
    bakes: bakes.map(({ input }) => `${input.tags['rebake:image']} ${input.tags['rebake:parent-ami']}`),
  }
}
const all = (minutes: number) => kinds.map((upstream) => ({ upstream, time: minute(minutes) }))
const nameOf = (release: PlannedRelease) =>
  campaignName({
    kind: 'release',
    ...release,
    ...amiOfRelease(fleet, release),
    amiName: '',
    reason: '',
  } as never)
const campaignOf = ({ summary }: Rehearsal, release: PlannedRelease) =>
  summary.campaigns.filter(({ name }) => name === nameOf(release))
const refusals = ({ notifications }: Rehearsal) =>
  notifications.filter(({ attributes }) => attributes.kind === 'upstream-refused').map(({ message }) => message)

describe('a release that is notified of', { timeout: slow }, () => {
  let life: Awaited<ReturnType<typeof living>>
  beforeAll(async () => {
    life = await living({ releases: all(0) })
  }, slow)

  it.each(kinds)('%s: has its campaign within a minute', (upstream) => {
    const [campaign, ...more] = campaignOf(life, { upstream, time: minute(0) })
    expect(more).toEqual([])
    expect(minutesAfterStart(campaign?.startedAt ?? '')).toBeLessThan(1)
    expect(campaign).toMatchObject({ status: 'finished', images: 1 })
  })

  it('and bakes every image once, from its AMI', () => {
    expect(new Set(life.bakes).size).toBe(Object.keys(fleet.images).length)
    expect(life.bakes).toHaveLength(Object.keys(fleet.images).length)
    for (const release of all(0)) {
      const root = Object.keys(fleet.images).find((image) => fleet.images[image]?.parent === release.upstream)
      expect(life.bakes).toContain(`${root} ${amiOfRelease(fleet, release).ami}`)
    }
    expect(refusals(life)).toEqual([])
  })
})

describe('a release whose event is lost', { timeout: slow }, () => {
  let life: Awaited<ReturnType<typeof living>>
  const faults = kinds.map((upstream) => `release-lost=${upstream}`)
  beforeAll(async () => {
    life = await living({ releases: all(125), faults, for: 4 * 3_600 })
  }, slow)

  it.each(kinds)('%s: is found by the next poll, once', (upstream) => {
    const [campaign, ...more] = campaignOf(life, { upstream, time: minute(125) })
    expect(more).toEqual([])
    expect(minutesAfterStart(campaign?.startedAt ?? '')).toBeGreaterThan(125)
    expect(minutesAfterStart(campaign?.startedAt ?? '')).toBeLessThan(125 + 61)
  })

  it('after the first poll has taken the AMI that was there at the deploy', () => {
    const first = life.summary.campaigns.filter(({ startedAt }) => minutesAfterStart(startedAt) < 60)
    expect(first.map(({ upstream }) => upstream).sort()).toEqual([...kinds].sort())
    expect(life.summary.campaigns).toHaveLength(2 * kinds.length)
    expect(life.bakes).toHaveLength(2 * Object.keys(fleet.images).length)
  })
})

it('reported three times, a release of any kind has one campaign', { timeout: slow }, async () => {
  const faults = kinds.map((upstream) => `release-doubled=${upstream}`)
  const life = await living({ releases: all(0), faults })
  expect(life.summary.campaigns.map(({ upstream }) => upstream).sort()).toEqual([...kinds].sort())
  expect(life.bakes).toHaveLength(Object.keys(fleet.images).length)
})

describe('two releases that are notified of in the wrong order', { timeout: slow }, () => {
  let life: Awaited<ReturnType<typeof living>>
  const faults = kinds.map((upstream) => `release-late=${upstream}`)
  beforeAll(async () => {
    life = await living({ releases: [...all(0), ...all(30)], faults })
  }, slow)

  it.each(kinds)('%s: only the newer has a campaign', (upstream) => {
    expect(campaignOf(life, { upstream, time: minute(0) })).toEqual([])
    expect(campaignOf(life, { upstream, time: minute(30) })).toMatchObject([{ status: 'finished' }])
  })

  // A parameter holds the newer by then: nobody is notified of the older.
  it.each(['of-an-account', 'of-an-image', 'of-a-team'])('%s: the older is refused, and why', (upstream) => {
    const [older, newer] = [0, 30].map((minutes) => amiOfRelease(fleet, { upstream, time: minute(minutes) }).ami)
    const reported = refusals(life).filter((message) => message.includes(`tells of a release: ${older}`))
    expect(reported).toEqual([expect.stringContaining(`${upstream} has released ${newer} since`)])
  })
})

describe('an AMI that is not to be believed', { timeout: slow }, () => {
  const owned = kinds.filter((upstream) => upstream !== 'of-an-image')
  /** What Amazon's topic says lets all be polled: the AMIs that were there before are taken then. */
  const bakedFrom = ({ bakes }: { bakes: string[] }, releases: PlannedRelease[]) =>
    releases.filter((release) => bakes.some((bake) => bake.endsWith(amiOfRelease(fleet, release).ami)))

  it('because a stranger owns it: refused once for each kind, whether by event or by poll', async () => {
    const faults = owned.map((upstream) => `untrusted-owner=${upstream}`)
    const releases = owned.map((upstream) => ({ upstream, time: minute(0) }))
    const life = await living({ releases, faults })
    expect(bakedFrom(life, releases)).toEqual([])
    const strangers = refusals(life).filter((message) => message.includes('its owner is account 999999999999'))
    expect(strangers).toHaveLength(owned.length)
  })

  it('because it is gone: it never starts a campaign', async () => {
    const faults = kinds.map((upstream) => `release-deregistered=${upstream}`)
    const life = await living({ releases: all(0), faults })
    expect(bakedFrom(life, all(0))).toEqual([])
  })
})
