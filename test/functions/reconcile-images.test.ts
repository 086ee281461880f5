import { describe, expect, it } from 'vitest'
import type { ImageState, UpstreamState } from '../../domain/planning/fleet-state.ts'
import { recordPlan } from '../../domain/planning/transitions.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { reconcileImages } from '../../functions/reconcile-images/reconcile-images.ts'
import { current, hoursAgo, last, made, now, older, upstream } from '../domain/planning/situations.ts'
import { exampleFleet } from '../support/fleets.ts'
import { named, releaseWorld } from './release-world.ts'

const example = exampleFleet()
const [image, other] = ['al2023-hardened', 'ubuntu-hardened'] as const
const images = { [image]: example.images[image], [other]: example.images[other] } as typeof example.images
const fleet = { ...example, images }
const definitions = { [image]: 'd1', [other]: 'd1' }

/** A world in which this is known of the two images, and of the upstream of the first. */
async function worldWith(known: Record<string, ImageState>, of: Partial<UpstreamState> = {}) {
  const world = releaseWorld({ fleet })
  await world.parts.ledger.fleetState.change((before) => ({
    ...before,
    upstreams: { 'al2023-soe': upstream(current, of), 'ubuntu-soe': upstream() },
    images: known,
  }))
  return world
}
const looking = async (world: Awaited<ReturnType<typeof worldWith>>, hours = 0) =>
  (await reconcileImages({ ...world.parts, definitions, version: '0.3.0' }, await world.known(), hoursAgo(-hours)))
    .campaigns
const settled = { [image]: last(image), [other]: last(other) }

describe('reconcile-images', () => {
  it('leaves the version that deployed it, for commands to read', async () => {
    const world = await worldWith(settled)
    await looking(world)
    expect((await world.known()).deployedBy).toBe('0.3.0')
  })

  it('does nothing where everything is as the fleet says', async () => {
    const world = await worldWith(settled)
    expect(await looking(world)).toEqual([])
    expect([world.started(), world.reported, world.counted]).toEqual([[], [], []])
  })

  it('starts one campaign for everything that is not, with the reason for each', async () => {
    const world = await worldWith({ [image]: last(image, older) })
    const [campaign = ''] = await looking(world)
    expect(campaign).toMatch(/^drift-[0-9a-f]{16}$/)
    expect(world.triggerOf(campaign)).toMatchObject({
      kind: 'drift',
      time: now,
      reason: 'images are not what the fleet says',
      images: [
        { image, reason: `its parent al2023-soe is ${current} now, and it was baked from ${older}` },
        { image: other, reason: 'it is new to the fleet' },
      ],
    })
    expect(world.counted).toEqual(['CampaignStarted'])
  })

  it('starts it once while it waits in a freeze, though it is found every hour', async () => {
    const world = await worldWith({ ...settled, [image]: {} })
    const [campaign] = await looking(world)
    for (let hour = 1; hour < 48; hour++) expect(await looking(world, hour)).toEqual([campaign])
    expect(world.started()).toEqual([campaign])
    expect(world.counted).toEqual(['CampaignStarted'])
  })

  it('starts nothing for an image that a campaign is to bake', async () => {
    const world = await worldWith({ ...settled, [image]: {} })
    await world.parts.ledger.fleetState.change((known) => recordPlan(known, { campaign: 'c', number: 1 }, [{ image }]))
    expect(await looking(world)).toEqual([])
  })

  it('starts nothing for the images of a release that waits to be planned', async () => {
    expect(await looking(await worldWith({ ...settled, [image]: {} }, { open: true }))).toEqual([])
  })

  it('fails loudly when it cannot start a campaign, and finds the same again', async () => {
    const world = await worldWith({ ...settled, [image]: {} })
    world.failing.stepFunctions = named('ThrottlingException')
    await expect(looking(world)).rejects.toThrow('ThrottlingException')
    expect(await looking(world, 1)).toHaveLength(1)
  })
})

describe('an image that failed', () => {
  const failed = (tries: number, hours: number): ImageState => ({
    ...last(image, older),
    attempt: {
      ...made(),
      campaign: `attempt-${tries}`,
      tries,
      failed: 'its bake failed',
      at: hoursAgo(hours + 1),
      failedAt: hoursAgo(hours),
    },
  })

  it('is tried again in a campaign of its own, and no more than once for each attempt', async () => {
    const world = await worldWith({ ...settled, [image]: failed(1, 1) })
    const [second] = await looking(world)
    expect(await looking(world, 1)).toEqual([second])
    expect(world.triggerOf(second as string)).toMatchObject({
      reason: `${image}: attempt 2 of 3: its bake failed`,
    })
    await world.parts.ledger.fleetState.change((known) => ({
      ...known,
      images: { ...settled, [image]: failed(2, 6) },
    }))
    const [third] = await looking(world)
    expect(world.started()).toEqual([second, third])
  })

  it('three times is given up, reported and counted once, and the others go on', async () => {
    const world = await worldWith({ [image]: failed(3, 1) })
    const campaigns = await looking(world)
    expect(campaigns.map((name) => (world.triggerOf(name) as Trigger & { kind: 'drift' }).images)).toEqual([
      [{ image: other, reason: 'it is new to the fleet' }],
    ])
    expect(world.reported).toEqual([
      expect.objectContaining({ subject: `Given up: ${image} is not what the fleet says` }),
    ])
    expect(world.reported[0]?.body).toContain(`${image} was tried 3 times on ${current}, and failed each time.`)
    await looking(world, 1)
    expect([world.reported.length, world.counted]).toEqual([1, ['ImageGivenUp', 'CampaignStarted']])
    expect((await world.known()).images[image]?.attempt).toMatchObject({ tries: 3, givenUp: true })
  })

  it('is reported again when the telling failed', async () => {
    const world = await worldWith({ ...settled, [image]: failed(3, 1) })
    const away = async () => Promise.reject(new Error('SNS is away'))
    const known = await world.known()
    await expect(
      reconcileImages({ ...world.parts, definitions, version: '0.3.0', notify: away }, known, now),
    ).rejects.toThrow('SNS')
    await looking(world, 1)
    expect(world.reported).toHaveLength(1)
  })

  it('and was stopped by a person is left to that person', async () => {
    const stopped = failed(1, 50)
    const attempt = { ...(stopped.attempt as NonNullable<ImageState['attempt']>), givenUp: true }
    expect(await looking(await worldWith({ ...settled, [image]: { ...stopped, attempt } }))).toEqual([])
  })
})

it('rebakes for findings that had to wait, under the name of their version', async () => {
  const waiting = { version: '1.0.0/1', reason: 'a scan found 1 critical finding' }
  const cve = { at: hoursAgo(24 * 7), version: '1.0.0/0', waiting }
  const world = await worldWith({ ...settled, [image]: { ...last(image), cve } })
  const [campaign = ''] = await looking(world)
  const trigger: Trigger = { kind: 'cve', image, ...waiting, time: now }
  expect(campaign).toBe(campaignName(trigger))
  expect(world.triggerOf(campaign)).toEqual(trigger)
  expect((await world.known()).images[image]?.cve).toEqual({ at: now, version: '1.0.0/1' })
})
