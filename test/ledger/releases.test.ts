import { expect, it } from 'vitest'
import { emptyFleetState } from '../../domain/planning/fleet-state.ts'
import { isGood, newestFirst } from '../../domain/releases/image-release.ts'
import { keyOf } from '../../ledger/keys.ts'
import { everyImage } from '../../ledger/releases.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'
import { fakeRelease } from '../support/releases.ts'

it('reads the releases of an image, the newest first, and nothing else of it', async () => {
  const ledger = memoryLedger()
  for (const minor of [2, 10, 9])
    await ledger.table.create(keyOf('release', { image: 'web', version: `1.0.${minor}/1` }), {
      ...fakeRelease({
        version: `1.0.${minor}/1`,
        bakedAt: `2026-09-${String(minor).padStart(2, '0')}T00:00:00Z`,
      }),
    })
  ledger.items.set('IMAGE#web|SOMETHING#else', { pk: 'IMAGE#web', sk: 'SOMETHING#else' })
  const versions = (await ledger.releases.readAll('web')).map(({ version }) => version)
  expect(versions).toEqual(['1.0.10/1', '1.0.9/1', '1.0.2/1'])
  expect(Object.keys((await ledger.releases.readAll('web'))[0] ?? {})).not.toEqual(
    expect.arrayContaining(['pk', 'sk', 'schema']),
  )
})

it('reads many images, whose releases stay together', async () => {
  const ledger = memoryLedger()
  const images = Array.from({ length: 40 }, (_, i) => `image-${i}`)
  for (const image of images)
    await ledger.table.create(keyOf('release', { image, version: '1.0.0/1' }), { ...fakeRelease({ image }) })
  expect((await ledger.releases.readCatalog(images)).map(({ image }) => image)).toEqual(images)
})

it('knows images that the fleet has had', () => {
  const known = { ...emptyFleetState, images: { gone: {}, 'web-frontend': {} } }
  const all = everyImage(exampleFleet(), known)
  expect(all).toContain('gone')
  expect(all.filter((image) => image === 'web-frontend')).toHaveLength(1)
})

const at = '2026-09-10T00:00:00Z'
it.each([
  ['went through its rings', { releasedAt: at }, true],
  ['is deprecated and still there', { releasedAt: at, retired: { deprecatedAt: at } }, true],
  ['is only a candidate', {}, false],
  ['was revoked', { releasedAt: at, revoked: { at, by: 'x', reason: 'x', operation: 'x' } }, false],
  ['is gone', { releasedAt: at, retired: { deprecatedAt: at, removedAt: at } }, false],
])('what %s is good: %j', (_, more, good) => {
  expect(isGood(fakeRelease(more))).toBe(good)
})

it('orders what was baked at the same time by its version', () => {
  const [a, b] = [fakeRelease(), fakeRelease({ version: '1.0.0/2' })]
  expect(newestFirst([a, b])).toEqual([b, a])
})

it('remembers a candidate once, and once more where Image Builder gives its number again', async () => {
  const { releases } = memoryLedger()
  const first = fakeRelease({ version: '1.0.0/3', ami: 'ami-1' })
  await releases.recordCandidate(first)
  await releases.recordDistribution(first, 'early', 'arn:1')
  await releases.recordCandidate({ ...first, ami: 'ami-2' })
  expect((await releases.read(first))?.ami).toBe('ami-1')
  await releases.recordRetired(first, { deprecatedAt: '', removedAt: '2026-09-20T00:00:00Z' })
  await releases.recordCandidate({ ...first, ami: 'ami-2' })
  expect(await releases.read(first)).toEqual({ ...first, ami: 'ami-2' })
})

it('remembers each distribution of a ring once, and says whether it is new', async () => {
  const { releases } = memoryLedger()
  const release = fakeRelease({})
  const record = (ring: string, arn: string) => releases.recordDistribution(release, ring, arn)
  const isNew = [
    await record('early', 'arn:1'),
    await record('early', 'arn:1'),
    await record('early', 'arn:2'),
    await record('all', 'arn:3'),
  ]
  expect(isNew).toEqual([true, false, true, true])
  expect((await releases.read(release))?.distributions).toEqual({ early: ['arn:1', 'arn:2'], all: ['arn:3'] })
})
