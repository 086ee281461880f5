import { describe, expect, it } from 'vitest'
import type { ImageState } from '../../domain/planning/fleet-state.ts'
import { receiveCve } from '../../functions/receive-cve/receive-cve.ts'
import { reconcileImages } from '../../functions/reconcile-images/reconcile-images.ts'
import { current, hoursAgo, last, now, upstream } from '../domain/planning/situations.ts'
import { imageBuilderArnPrefix } from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { named, releaseWorld } from './release-world.ts'

const image = 'al2023-hardened'
const day = 24
const fleet = { ...exampleFleet(), cves: { critical: 1, high: 10, every: 7 * day * 3600 } }
const arn = `${imageBuilderArnPrefix}:image/golden-${image}/1.0.0/1`
const event = {
  time: now,
  resources: [arn, `${imageBuilderArnPrefix}:image-pipeline/golden-${image}`],
  detail: { 'finding-severity-counts': { critical: 1, high: 2 } },
}
const reason = `a scan of ${image} 1.0.0/1 found 1 critical finding`
const campaign = `cve-${image}-1-0-0-1`

/** A world in which this is known of the image, and its upstream is as it was baked. */
async function worldWith(known: ImageState) {
  const world = releaseWorld({ fleet })
  await world.parts.ledger.fleetState.change((before) => ({
    ...before,
    upstreams: { 'al2023-soe': upstream() },
    images: { [image]: known },
  }))
  return { ...world, cve: async () => (await world.known()).images[image]?.cve }
}
type World = Awaited<ReturnType<typeof worldWith>>
const receiving = ({ parts: deps }: World, more: Partial<Parameters<typeof receiveCve>[1]> = {}) =>
  receiveCve(deps, { ...event, ...more })

describe('receive-cve', () => {
  it('starts the campaign of an image with too many findings, and remembers when', async () => {
    const world = await worldWith(last(image))
    expect(await receiving(world)).toEqual({ campaign })
    expect(world.triggerOf(campaign)).toEqual({ kind: 'cve', image, version: '1.0.0/1', time: now, reason })
    expect(await world.cve()).toEqual({ at: now, version: '1.0.0/1' })
  })

  it('starts it once, however often the event comes, and after a crash in between', async () => {
    const world = await worldWith(last(image))
    world.failing.stepFunctions = named('ThrottlingException')
    await expect(receiving(world)).rejects.toThrow('ThrottlingException')
    expect(await world.cve()).toBeUndefined()
    await receiving(world)
    expect(await receiving(world)).toEqual({ ignored: '1.0.0/1 is rebaked for them already' })
    expect(world.started()).toEqual([campaign])
  })

  it.each([
    ['of another fleet', [`${imageBuilderArnPrefix}:image/silver-web/1.0.0/1`]],
    ['that the fleet has no more', [`${imageBuilderArnPrefix}:image/golden-gone/1.0.0/1`]],
  ])('ignores an image %s', async (_, resources) => {
    const world = await worldWith(last(image))
    expect(await receiving(world, { resources })).toEqual({ ignored: `${resources[0]} is not of this fleet` })
  })

  it('ignores few findings, and those of an old version', async () => {
    const world = await worldWith(last(image, current, { version: '1.0.1/1' }))
    const few = { 'finding-severity-counts': { high: 9 } }
    expect(await receiving(world, { detail: few })).toEqual({ ignored: 'below every threshold of the fleet' })
    expect(await receiving(world)).toEqual({ ignored: `${image} is 1.0.1/1 now` })
    expect(world.started()).toEqual([])
  })
})

describe('findings that have to wait', () => {
  const waiting = { version: '1.0.0/1', reason }
  const looking = async (world: World, hours: number) => {
    const definitions = Object.fromEntries(Object.keys(fleet.images).map((name) => [name, 'd1']))
    const known = await world.known()
    // Children that were never baked are another matter.
    const images = { [image]: fleet.images[image] } as typeof fleet.images
    return reconcileImages(
      { ...world.parts, fleet: { ...fleet, images }, definitions, version: '0.3.0' },
      known,
      hoursAgo(-hours),
    )
  }

  it('since the image was rebaked not long ago, are due when it may be again', async () => {
    const world = await worldWith({ ...last(image), cve: { at: hoursAgo(2 * day), version: '1.0.0/0' } })
    expect(await receiving(world)).toEqual({ later: reason, since: hoursAgo(2 * day) })
    expect(await world.cve()).toEqual({ at: hoursAgo(2 * day), version: '1.0.0/0', waiting })
    expect(await looking(world, 5 * day - 1)).toEqual({ campaigns: [] })
    expect(await looking(world, 5 * day)).toEqual({ campaigns: [campaign] })
    expect(world.triggerOf(campaign)).toEqual({
      kind: 'cve',
      image,
      ...waiting,
      time: hoursAgo(-5 * day),
    })
    expect(await world.cve()).toEqual({ at: hoursAgo(-5 * day), version: '1.0.0/1' })
    expect(await looking(world, 6 * day)).toEqual({ campaigns: [] })
  })

  it('since they were found while it was baked, are due if it is still the newest then', async () => {
    const world = await worldWith({})
    expect(await receiving(world)).toEqual({ later: reason, since: now })
    expect(await looking(world, 7 * day)).toMatchObject({ campaigns: [expect.stringMatching(/^drift-/)] })
    await world.parts.ledger.fleetState.change((known) => {
      const cve = known.images[image]?.cve
      return { ...known, images: { [image]: { ...last(image), ...(cve && { cve }) } } }
    })
    expect(await looking(world, 7 * day - 1)).toEqual({ campaigns: [] })
    expect(await looking(world, 7 * day)).toEqual({ campaigns: [campaign] })
  })
})
