import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complete } from '../../domain/fleet/defaults.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { nextChangeWindow } from '../../domain/planning/change-windows.ts'
import { isMadeOf, parentAmiOf } from '../../domain/planning/fleet-state.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { arbitraryFleet } from '../support/fleets.ts'
import type { Bake } from './fakes.ts'
import { QuickWorld } from './quick-world.ts'

const start = Date.parse('2026-09-01T06:00:00Z')
const minute = 60_000
const iso = (time: number) => new Date(time).toISOString()

const windowless = <T extends { window?: unknown }>({ window: _, ...rest }: T) => rest

/** Random fleets whose upstreams are AMIs, with few slots, and a freeze in the middle of it all. */
const fleets = fc
  .tuple(
    arbitraryFleet(),
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom('wait' as const, 'cancel' as const),
    fc.integer({ min: 0, max: 4 * 24 }),
    fc.integer({ min: 1, max: 48 }),
  )
  .map(([fleet, concurrentBakes, supersede, from, hours]): Fleet => {
    const local = (hour: number) => iso(start + hour * 60 * minute).slice(0, 16)
    const freeze = { reason: 'year end', from: local(from), to: local(from + hours), timezone: 'UTC' }
    const upstreams = Object.fromEntries(
      Object.keys(fleet.upstreams).map((name) => [
        name,
        { ami: { owner: '444455556666', name: `${name}-*`, architecture: 'x86_64' as const } },
      ]),
    )
    const images = Object.fromEntries(Object.entries(fleet.images).map(([name, image]) => [name, windowless(image)]))
    const rings = Object.fromEntries(
      Object.entries(fleet.rings).map(([name, ring]) => [
        name,
        { ...windowless(ring), soak: Math.min(ring.soak, 86_400) },
      ]),
    )
    const patchCycles = { patch: { schedule: 'rate(7 days)', timezone: 'UTC', onlyIfChanged: false } }
    const rest = { name: 'golden', concurrentBakes, supersede, upstreams, images, rings, patchCycles }
    const cves = { critical: 1, every: 86_400 }
    return complete({ ...fleet, ...rest, freezes: { freeze }, cves } as never) as unknown as Fleet
  })

type Step = { at: number; pick: number } & (
  | { what: 'release'; copies: number; lost: boolean; foreign: boolean; emergency: boolean }
  | { what: 'old' | 'gone' | 'manual' | 'urgent' | 'abort' | 'cancel' | 'promote' | 'cycle' }
)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 5 * 24 * 60 }),
      fc.nat(1_000),
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc.record({
            what: fc.constant('release' as const),
            copies: fc.integer({ min: 1, max: 3 }),
            lost: fc.boolean(),
            foreign: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
            emergency: fc.constant(false),
          }),
        },
        {
          weight: 4,
          arbitrary: fc
            .constantFrom('old', 'gone', 'manual', 'urgent', 'abort', 'cancel', 'promote', 'cycle')
            .map((what) => ({ what }) as Step),
        },
      ),
    )
    .map(([at, pick, step]) => ({ ...step, at, pick }) as Step),
  { minLength: 1, maxLength: 14 },
)
const draws = fc.record({
  failing: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }),
  lost: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
  minutes: fc.array(fc.integer({ min: 10, max: 90 }), { minLength: 5, maxLength: 5 }),
  statusLost: fc.uniqueArray(fc.integer({ min: 0, max: 10 }), { maxLength: 3 }),
})

/** Lets everything happen, the schedules look every hour, and what is left comes to its end. */
async function live(
  fleet: Fleet,
  scenarioEvents: Step[],
  drawn: { failing: number[]; lost: number[]; minutes: number[]; statusLost: number[] },
) {
  const world = new QuickWorld(fleet, start, {
    bake: (nth) => ({
      fails: drawn.failing.includes(nth),
      lost: drawn.lost.includes(nth),
      takes: (drawn.minutes[nth % drawn.minutes.length] ?? 10) * minute,
    }),
    statusLost: (nth) => drawn.statusLost.includes(nth),
  })
  const broken = watch(world)
  const releases = new Map<string, string[]>()
  const upstreams = Object.keys(fleet.upstreams)
  const images = Object.keys(fleet.images)
  const happen = async (step: Step, nth: number) => {
    const now = world.clock.now()
    const upstream = upstreams[step.pick % upstreams.length] as string
    const id = `ami-${String(nth).padStart(17, 'a')}`
    const event = (ami: string, eventId = `e${nth}`) => ({
      version: '0',
      id: eventId,
      'detail-type': 'EC2 AMI State Change',
      source: 'aws.ec2',
      account: '444455556666',
      time: iso(now),
      region: 'us-west-2',
      resources: [],
      detail: { ImageId: ami, State: 'available' },
    })
    const add = (created: number, OwnerId = '444455556666', State = 'available') =>
      world.amis.set(id, {
        ImageId: id,
        OwnerId,
        State,
        Name: `${upstream}-${nth}`,
        Architecture: 'x86_64',
        CreationDate: iso(created),
      })
    const begin = (trigger: Trigger) => world.start({ name: campaignName(trigger), input: { trigger } })
    switch (step.what) {
      case 'release': {
        add(now, step.foreign ? '999999999999' : undefined)
        if (!step.foreign) releases.set(upstream, [...(releases.get(upstream) ?? []), id])
        if (!step.lost) for (let n = 0; n < step.copies; n++) world.announce(event(id, `e${nth}-${n}`))
        return
      }
      case 'old':
        add(start - 1_000_000_000 + nth)
        return world.announce(event(id))
      case 'gone':
        add(now, undefined, 'deregistered')
        return world.announce(event(id))
      case 'manual':
      case 'urgent': {
        const image = images[step.pick % images.length] as string
        const emergency = step.what === 'urgent'
        return begin({ kind: 'manual', images: [image], time: iso(now), reason: `person ${nth}`, emergency })
      }
      case 'cycle':
        // As Scheduler delivers: more than once, perhaps.
        for (const again of [0, 0, 3_600_000]) world.clock.at(now + again, () => world.cycle('patch', iso(now)))
        return
      case 'abort':
      case 'cancel': {
        const machine = step.what === 'abort' ? 'golden-rebake' : 'golden-campaign'
        const running = [...world.engine.executions.values()].filter(
          ({ status, stateMachine }) => status === 'RUNNING' && stateMachine.name === machine,
        )
        running[step.pick % Math.max(1, running.length)]?.stop('Cancelled', 'a person')
        return
      }
      case 'promote': {
        const image = images[step.pick % images.length] as string
        const [newest] = await world.ledger.releases.readAll(image)
        const { version = '1.0.0/1' } = newest ?? {}
        return begin({ kind: 'promote', image, version, time: iso(now), reason: `person ${nth}` })
      }
    }
  }
  for (const [nth, step] of scenarioEvents.entries())
    world.clock.at(start + step.at * minute + nth * 1_000, () => happen(step, nth))
  const end = start + 14 * 24 * 60 * minute
  for (let at = start; at < end; at += 60 * minute) world.clock.at(at, () => world.look())
  await world.clock.run()
  return { world, broken, releases }
}

/** Writes down every promise that a bake breaks, when it begins. */
function watch(world: QuickWorld): string[] {
  const broken: string[] = []
  const { fleet } = world
  const kindOf = (campaign: string) => {
    const input = [...world.engine.executions.values()].find(({ name }) => name === campaign)?.input ?? '{}'
    return (JSON.parse(input) as { trigger: Trigger }).trigger
  }
  world.onBake = (bake: Bake) => {
    const all = [...world.imageBuilder.bakes.values()]
    const running = all.filter(({ status }) => status === 'BUILDING')
    const { image, campaign, parentAmi, started } = bake
    const complain = (what: string) => broken.push(`${image} in ${campaign} on ${parentAmi}: ${what}`)
    if (running.some((other) => other.image === image)) complain('overlaps another bake of the image')
    if (running.length >= fleet.concurrentBakes) complain(`more than ${fleet.concurrentBakes} bakes at once`)
    const { kind, emergency } = kindOf(campaign)
    const shut = (time: number) => nextChangeWindow(fleet, { image }, new Date(time)) !== undefined
    if (!emergency && shut(started) && shut(started - 1_000)) complain('breaks a freeze')
    if (all.some((other) => other.image === image && other.campaign === campaign)) complain('twice in a campaign')
    const { time } = kindOf(campaign)
    const since = all.find(
      (other) =>
        other.image === image && iso(other.started) >= time && ['AVAILABLE', 'BUILDING'].includes(other.status),
    )
    const isRoot = Object.hasOwn(fleet.upstreams, fleet.images[image]?.parent ?? '')
    if (since && kind === 'cycle' && isRoot) complain(`baked since, in ${since.campaign}`)
    const same = all.find(
      (other) => other.image === image && other.parentAmi === parentAmi && other.status === 'AVAILABLE',
    )
    if (same && (kind === 'release' || kind === 'drift')) complain(`baked on it already, in ${same.campaign}`)
  }
  return broken
}

/** Images that are not baked on what their parent is now, though nothing blocks it. */
async function missed({ world }: { world: QuickWorld }): Promise<string[]> {
  const known = await world.ledger.fleetState.read()
  const { fleet } = world
  const givenUp = (image: string): boolean =>
    known.images[image]?.attempt?.givenUp === true ||
    (image in fleet.images && givenUp(fleet.images[image]?.parent ?? ''))
  return Object.keys(fleet.images).filter((image) => {
    const parentAmi = parentAmiOf(fleet, known, image)
    return parentAmi && !givenUp(image) && !isMadeOf(known.images[image]?.last, { parentAmi, definition: 'd' })
  })
}

/** Pointers that rolled back to an AMI that was baked before the one that was there, and roll-outs in a freeze. */
async function backwards(world: QuickWorld): Promise<string[]> {
  const { ledger, published, distributions, fleet } = world
  const newest = new Map<string, number>()
  const broken: string[] = []
  const bakedAt = new Map([...world.imageBuilder.bakes.values()].map(({ ami, started }) => [ami, started]))
  for (const { image, ring, ami } of published) {
    const baked = bakedAt.get(ami) ?? 0
    if (baked < (newest.get(`${image} ${ring}`) ?? 0)) broken.push(`${image} in ring ${ring} went back`)
    newest.set(`${image} ${ring}`, baked)
  }
  for (const { image, ring, campaign, time } of distributions) {
    const { order } = await ledger.campaigns.readOrdered(campaign, image)
    const shut = (at: number) => nextChangeWindow(fleet, { image, ring }, new Date(at)) !== undefined
    if (!order.emergency && shut(time) && shut(time - 1_000)) broken.push(`${image} to ring ${ring} breaks a freeze`)
  }
  return broken
}

describe('random fleets and random events', () => {
  it('no image is baked twice, none is missed, nothing overlaps, no limit and no freeze is broken', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, steps, draws, async (fleet, scenarioEvents, drawn) => {
        const life = await live(fleet, scenarioEvents, drawn)
        const { world, broken, releases } = life
        expect(broken).toEqual([])
        expect(await missed(life)).toEqual([])
        expect(await backwards(world)).toEqual([])
        const known = await world.ledger.fleetState.read()
        for (const [upstream, amis] of releases) expect(known.upstreams[upstream]?.newest.ami).toBe(amis.at(-1))
        for (const ami of world.amis.values())
          if (ami.OwnerId === '999999999999' || ami.State !== 'available')
            expect([...world.imageBuilder.bakes.values()].map(({ parentAmi }) => parentAmi)).not.toContain(ami.ImageId)
        expect([...world.engine.executions.values()].filter(({ status }) => status === 'RUNNING')).toEqual([])
        expect(world.ledger.items.get('CLAIMS|CLAIMS') ?? { held: [], queue: [] }).toMatchObject({
          held: [],
          queue: [],
        })
        for (const image of Object.values(known.images)) expect(image.pending ?? []).toEqual([])
      }),
      // A life takes a quarter of a second: to shrink one takes minutes, and the path in the message repeats it.
      { numRuns: Number(process.env.RUNS ?? 30), seed: Number(process.env.SEED ?? 1), endOnFailure: true },
    )
  }, 120_000)
})
