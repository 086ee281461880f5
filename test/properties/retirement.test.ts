import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pointerName } from '../../domain/names.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Target } from '../../domain/planning/ring-order.ts'
import { type ImageRelease, newestFirst, type Placement } from '../../domain/releases/image-release.ts'
import { retirementName } from '../../domain/releases/retirement.ts'
import { amisOf } from '../../domain/releases/withdrawal.ts'
import { closeRetirement } from '../../functions/close-retirement/close-retirement.ts'
import { planRun } from '../../functions/plan-retirement/plan-retirement.ts'
import { removeLeftovers } from '../../functions/remove-leftovers/remove-leftovers.ts'
import { withdrawAmis } from '../../functions/withdraw-amis/withdraw-amis.ts'
import { keyOf } from '../../ledger/keys.ts'
import { FakeWorld } from '../functions/withdrawal-world.ts'
import { smallFleet } from '../infra/fixture.ts'
import { memoryLedger } from '../support/ledger.ts'
import { type AmiEvent, amiEvent } from './ami-events.ts'

/** Random worlds over random weeks: what is used is never disabled or removed, the last are never touched, the rest goes. */

const day = 86_400
const images = ['base', 'api']
const places: Target[] = [
  { account: '222233334444', region: 'us-east-1' },
  { account: '555566667777', region: 'eu-west-1' },
  { account: '555566667777', region: 'us-east-1' },
]

async function live(weeks: AmiEvent[][], { keep, grace }: { keep: number; grace: number }) {
  const plain = smallFleet()
  const retirement = { keep, grace: grace * day, failed: 7 * day, schedule: '', timezone: 'UTC', dryRun: false }
  const fleet = { ...plain, retirement }
  const world = new FakeWorld()
  const ledger = memoryLedger()
  const known: FleetState = { campaigns: 0, upstreams: {}, images: {} }
  const deps = { fleet, ledger, notify: async () => {}, clientsIn: world.clientsIn, imageBuilder: world.imageBuilder }
  const all = () => ledger.releases.readCatalog(images)
  let ids = 0
  const ami = (place: Target, madeBy?: string) => {
    const id = `ami-${++ids}`
    world.addAmi(id, place, madeBy)
    return id
  }
  /** Every bake that failed, with its AMI where it made one. */
  const failed: { image: string; version: string; imageArn: string; ami?: string | undefined }[] = []

  async function bake({ image: at, made, used }: AmiEvent & { what: 'bake' }, time: string) {
    const image = images[at] as string
    const version = `2.0.${++ids}/1`
    const imageArn = `arn:image/${version}`
    world.images.set(imageArn, {})
    const own = made === 'none' ? undefined : ami(fleet.build, imageArn)
    if (own && used) world.at(fleet.build).instances.set(`on ${own}`, { ami: own, state: 'running' })
    failed.push({ image, version, imageArn, ami: own })
    const amis = own && made === 'named' ? [own] : []
    const ended = { at: time, as: 'failed' as const, reason: 'smoke' }
    await ledger.releases.recordBakeEnded({
      image,
      version,
      imageArn,
      parentAmi: '',
      campaign: '',
      startedAt: time,
      amis,
      ended,
    })
  }
  const placeOf = (at: number) => places[at] as Target

  async function release({ image: at, to, shared, through, revoked }: AmiEvent & { what: 'release' }, time: string) {
    const image = images[at] as string
    const version = `1.0.${ids}/1`
    const own = ami(fleet.build)
    const imageArn = `arn:image/${version}`
    const distribution = `${imageArn}-early`
    world.images.set(imageArn, {})
    if (to.length > 0) world.images.set(distribution, { source: imageArn })
    world.configurations.add(`${fleet.name}-${image}-early`)
    const targets = to.map(placeOf)
    // What is shared is one AMI of the build account in each region, and its targets point to that one.
    const owned = new Map(
      targets.map(({ account, region }) => [
        shared ? region : `${account} ${region}`,
        shared ? { account: fleet.build.account, region } : { account, region },
      ]),
    )
    const copies = new Map([...owned].map(([key, place]) => [key, { ...place, ami: ami(place) }]))
    const distributed = targets.map(
      ({ account, region }): Placement => ({
        account,
        region,
        ami: copies.get(shared ? region : `${account} ${region}`)?.ami ?? '',
      }),
    )
    await ledger.table.create(keyOf('release', { image, version }), {
      image,
      version,
      ami: own,
      imageArn,
      distributions: { early: to.length > 0 ? [distribution] : [] },
      parentAmi: '',
      definition: '',
      campaign: '',
      number: 1,
      copies: { early: [...copies.values()] },
      distributed: { early: distributed },
      bakedAt: time,
      ...(through && { releasedAt: time }),
      ...(revoked && { revoked: { at: time, by: '', reason: 'CVE', operation: '' } }),
    } satisfies ImageRelease)
    const pointers = world.at(fleet.build).parameters
    const last = { ami: own, version, parentAmi: '', definition: '', at: time, campaign: '' }
    known.images[image] = {
      ...known.images[image],
      last,
      ...(through && { released: { ami: own, version } }),
    }
    pointers.set(pointerName(fleet.name, image, 'candidate'), own)
    if (through) pointers.set(pointerName(fleet.name, image, 'stable'), own)
  }

  /** The AMI that a place has of some release, the newest or older. */
  async function amiAt(at: number, older: number, image?: string): Promise<string | undefined> {
    const { account, region } = placeOf(at)
    const had = newestFirst(await all())
      .filter((release) => release.image === (image ?? release.image))
      .flatMap(({ distributed }) => distributed?.early ?? [])
      .filter((placed) => placed.account === account && placed.region === region && world.amis.has(placed.ami))
    return had[older]?.ami
  }

  async function happen(each: AmiEvent, time: string) {
    if (each.what === 'release') return release(each, time)
    if (each.what === 'bake') return bake(each, time)
    if (each.what === 'throttle') return void world.throttled.set(each.operation, 1)
    if (each.what === 'hold') {
      const image = images[each.image] as string
      const { held: _, ...before } = known.images[image] ?? {}
      known.images[image] = { ...before, ...(each.held && { held: { at: time, by: '', reason: '' } }) }
      return
    }
    const place = world.at(placeOf(each.place))
    if (each.what === 'refuse') return void place.refused[each.closed ? 'add' : 'delete']('DescribeAutoScalingGroups')
    if (each.what === 'point') {
      const image = images[each.image] as string
      const found = await amiAt(each.place, each.back, image)
      const { region } = placeOf(each.place)
      const name = region === 'us-east-1' ? `/golden-images/${image}` : `/gold/everyone/${image}`
      if (found) place.parameters.set(each.channel ? `${name}/previous` : name, found)
      return
    }
    const found = await amiAt(each.place, each.back)
    if (!found) return
    const name = `${each.what}-${each.name}`
    if (each.what === 'instance') place.instances.set(name, { ami: found, state: each.state })
    if (each.what === 'group') {
      if (each.configuration) place.configurations.set(name, found)
      place.groups.set(
        name,
        each.configuration
          ? { LaunchConfigurationName: name }
          : { LaunchTemplate: { LaunchTemplateId: `lt-template-${each.template}`, Version: each.version } },
      )
    }
    if (each.what === 'template') {
      const { versions = [], default: before = 1 } = place.templates.get(name) ?? {}
      if (each.alias) place.parameters.set(`/team/${name}`, found)
      const next = [...versions, each.alias ? `resolve:ssm:/team/${name}` : found]
      place.templates.set(name, {
        id: `lt-${name}`,
        versions: next,
        default: each.isDefault ? next.length : before,
      })
    }
  }

  /** The last releases of each image that nobody has revoked, as they are now. */
  const lastOf = async () => {
    const kept = newestFirst((await all()).filter(({ revoked }) => !revoked))
    return images.flatMap((image) => kept.filter((release) => release.image === image).slice(0, keep))
  }

  const used = () => new Set([...places, fleet.build].flatMap((place) => [...world.at(place).used()]))
  const wrong: string[] = []
  const start = Date.parse('2026-01-04T06:00:00Z')

  async function week(number: number) {
    const time = new Date(start + number * 7 * day * 1000).toISOString()
    await ledger.fleetState.change(() => ({ ...known }))
    const last = new Set((await lastOf()).flatMap((release) => amisOf(release, fleet.build)).map(({ ami }) => ami))
    world.before = (action, ami) => {
      if (action !== 'deprecate' && used().has(ami)) wrong.push(`${action} of ${ami}, which is used`)
      if (last.has(ami)) wrong.push(`${action} of ${ami}, which is one of the last`)
    }
    const operation = retirementName(time)
    const request = { operation, execution: `arn:${operation}`, time, by: 'schedule', act: false }
    const tried = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      for (let attempt = 0; attempt < 3; attempt++)
        try {
          return await work()
        } catch {
          // As the state machine: once more, and in the end without.
        }
      return undefined
    }
    const planned = await tried(() => planRun(deps, request))
    for (const place of planned?.places ?? []) await tried(() => withdrawAmis(deps, { operation, ...place, time }))
    await tried(() => removeLeftovers(deps, { operation }))
    await closeRetirement(deps, { operation, execution: `arn:${operation}`, time })
  }

  for (const [number, amiEvents] of weeks.entries()) {
    for (const each of amiEvents) await happen(each, new Date(start + (number * 7 - 1) * day * 1000).toISOString())
    await week(number)
  }
  // Then nothing happens any more, and everybody can be looked into.
  for (const place of places) world.at(place).refused.clear()
  world.throttled.clear()
  const quiet = Math.ceil(grace / 7) + 3
  for (let more = 0; more < quiet; more++) await week(weeks.length + more)
  return {
    world,
    wrong,
    used: used(),
    catalog: await all(),
    last: await lastOf(),
    known,
    fleet,
    failed,
    bakes: await ledger.releases.readBakes(images),
  }
}

it('never disables or removes what is used, never touches the last, and removes all else in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(amiEvent, { minLength: 2, maxLength: 8 }), { minLength: 4, maxLength: 10 }),
      fc.record({ keep: fc.integer({ min: 1, max: 3 }), grace: fc.integer({ min: 1, max: 30 }) }),
      async (weeks, policy) => {
        const { world, wrong, used, catalog, last, known, fleet, failed, bakes } = await live(weeks, policy)
        expect(wrong).toEqual([])
        for (const ami of used) if (ami.startsWith('ami-')) expect(world.amis.has(ami)).toBe(true)
        for (const { ami } of last.flatMap((release) => amisOf(release, fleet.build)))
          expect(world.amis.get(ami)).toMatchObject({ state: 'available' })

        const kept = new Set(last.map(({ version }) => version))
        for (const release of catalog) {
          const { held } = known.images[release.image] ?? {}
          const isKept = kept.has(release.version) || keptByPointers(release, catalog, known, policy.keep)
          if (isKept || (held && !release.revoked)) continue
          const left = amisOf(release, fleet.build).filter(({ ami }) => world.amis.has(ami))
          expect(left.filter(({ ami }) => !used.has(ami))).toEqual([])
          expect(release.retired?.removedAt !== undefined).toBe(left.length === 0)
        }
        for (const { version, imageArn, ami = '' } of failed) {
          expect(world.amis.has(ami)).toBe(used.has(ami))
          expect(world.images.has(imageArn)).toBe(used.has(ami))
          expect(bakes.some((bake) => bake.version === version)).toBe(used.has(ami))
        }
        // What Image Builder keeps of a release is there for as long as the release is.
        for (const { imageArn, retired, distributions = {} } of catalog)
          for (const arn of [imageArn, ...(distributions.early ?? [])])
            expect(world.images.has(arn)).toBe(retired?.removedAt === undefined)
        expect(world.snapshots.size).toBe(world.amis.size)
      },
    ),
    { numRuns: 200 },
  )
})

/** What a release is kept for beside its age, found in another way than the plan does. */
function keptByPointers(release: ImageRelease, catalog: ImageRelease[], known: FleetState, keep: number): boolean {
  if (release.revoked) return false
  const { last, released } = known.images[release.image] ?? {}
  if (release.ami === last?.ami) return true
  const good = newestFirst(catalog).filter(
    (each) => each.image === release.image && each.releasedAt && !each.revoked && !each.retired?.removedAt,
  )
  const at = good.findIndex(({ version }) => version === release.version)
  if (at < 0) return false
  return at < keep || release.ami === released?.ami || good[at - 1]?.ami === released?.ami
}
