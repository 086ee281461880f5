import { describe, expect, it } from 'vitest'
import type { Message } from '../../domain/messages/message.ts'
import type { Bake } from '../../domain/releases/bake.ts'
import type { Ended, ImageRelease } from '../../domain/releases/image-release.ts'
import { retirementName } from '../../domain/releases/retirement.ts'
import { closeRetirement } from '../../functions/close-retirement/close-retirement.ts'
import { planRun, showPlan } from '../../functions/plan-retirement/plan-retirement.ts'
import { removeLeftovers } from '../../functions/remove-leftovers/remove-leftovers.ts'
import { withdrawAmis } from '../../functions/withdraw-amis/withdraw-amis.ts'
import { keyOf } from '../../ledger/keys.ts'
import { smallFleet } from '../infra/fixture.ts'
import { memoryLedger, seed } from '../support/ledger.ts'
import { FakeWorld } from './withdrawal-world.ts'

const there = { account: '222233334444', region: 'us-east-1' }
const weeks = ['2026-09-06', '2026-09-13', '2026-09-20', '2026-09-27'].map((day) => `${day}T06:00:00Z`)
const by = 'schedule'

/** Four releases of one image with their AMIs, here and in a target. */
async function retiring(retirement: { dryRun?: boolean } | null = {}) {
  const plain = smallFleet()
  const timing = { schedule: 'cron(0 6 ? * SUN *)', timezone: 'UTC' }
  const fleet = {
    ...plain,
    ...(retirement && {
      retirement: { ...timing, keep: 2, grace: 14 * 86_400, failed: 7 * 86_400, dryRun: false, ...retirement },
    }),
  }
  const world = new FakeWorld()
  const ledger = memoryLedger()
  for (const n of [1, 2, 3, 4]) {
    const version = `1.0.${n}/1`
    const copies = { early: [{ ...there, ami: `ami-copy-${n}` }] }
    await ledger.table.create(keyOf('release', { image: 'base', version }), {
      image: 'base',
      version,
      ami: `ami-own-${n}`,
      imageArn: 'arn',
      parentAmi: 'ami-p',
      number: n,
      definition: 'd',
      campaign: 'c',
      copies,
      distributed: copies,
      bakedAt: `2026-08-0${n}T00:00:00Z`,
      releasedAt: `2026-08-0${n}T01:00:00Z`,
    } satisfies ImageRelease)
    world.addAmi(`ami-own-${n}`, fleet.build)
    world.addAmi(`ami-copy-${n}`, there)
  }
  const reported: Message[] = []
  const notify = async (message: Message) => void reported.push(message)
  const deps = { fleet, ledger, notify, clientsIn: world.clientsIn, imageBuilder: world.imageBuilder }
  const plan = (time: string, act = false) => {
    const operation = retirementName(time)
    return planRun(deps, { operation, execution: `arn:${operation}`, time, by, act })
  }
  /** As the state machine does it. */
  const run = async (time: string, act = false) => {
    const operation = retirementName(time)
    const { places } = await plan(time, act)
    for (const place of places) await withdrawAmis(deps, { operation, ...place, time }).catch(() => undefined)
    await removeLeftovers(deps, { operation }).catch(() => undefined)
    return closeRetirement(deps, { operation, execution: `arn:${operation}`, time })
  }
  const retired = async () =>
    Object.fromEntries((await ledger.releases.readAll('base')).map(({ version, retired }) => [version, retired]))
  return { parts: deps, world, ledger, reported, plan, run, retired }
}

const [first, second, third, fourth] = weeks as [string, string, string, string]

describe('a run of retirement', () => {
  it('only reports the first time, deprecates then, and removes after the grace', async () => {
    const { world, reported, run, retired } = await retiring()
    await run(first)
    expect(world.done).toEqual([])
    expect(reported.map(({ subject }) => subject)).toEqual([
      'Retirement (only a report): 2 releases to deprecate, 0 to remove',
    ])
    expect(reported[0]?.body).toContain('it is the first run: the next one acts')

    await run(second)
    expect(world.done.sort()).toEqual(
      [1, 2].flatMap((n) => [`deprecate ami-copy-${n}`, `deprecate ami-own-${n}`]).sort(),
    )
    expect((await retired())['1.0.1/1']).toEqual({ deprecatedAt: second })

    await run(third)
    expect(world.done).toHaveLength(4)
    expect(reported.at(-1)?.body).toContain('Removed later:\n  base 1.0.2/1 (ami-own-2): from 2026-09-27 06:00 UTC on')

    await run(fourth)
    expect([...world.amis.keys()]).toEqual(['ami-own-3', 'ami-copy-3', 'ami-own-4', 'ami-copy-4'])
    expect((await retired())['1.0.1/1']).toEqual({ deprecatedAt: second, removedAt: fourth })
    expect((await retired())['1.0.3/1']).toBeUndefined()
  })

  it('says nothing where no release is old, and reports first when one is', async () => {
    const { ledger, world, reported, run } = await retiring()
    const [old] = await ledger.releases.readAll('base')
    for (const n of [1, 2])
      await ledger.table.set(keyOf('release', { image: 'base', version: `1.0.${n}/1` }), { retired: { ...gone } })
    await run(first)
    expect(reported).toEqual([])
    await seed(ledger, keyOf('release', { image: 'base', version: '1.0.5/1' }), {
      ...old,
      version: '1.0.5/1',
      ami: 'ami-own-5',
      bakedAt: '2026-09-08T00:00:00Z',
      copies: {},
    })
    await run(second)
    expect(reported.map(({ subject }) => subject)).toEqual([
      'Retirement (only a report): 1 release to deprecate, 0 to remove',
    ])
    expect(world.done).toEqual([])
  })
  const gone = { deprecatedAt: '2026-08-10T00:00:00Z', removedAt: '2026-08-24T00:00:00Z' }

  it('takes five hundred at a time, the oldest first, and the others in the next run', async () => {
    const { ledger, world, run, retired, parts: deps } = await retiring()
    for (let n = 100; n < 700; n++) {
      const version = `0.9.${n}/1`
      await ledger.table.create(keyOf('release', { image: 'base', version }), {
        image: 'base',
        version,
        ami: `ami-${n}`,
        imageArn: 'arn',
        parentAmi: 'ami-p',
        number: n,
        definition: 'd',
        campaign: 'c',
        bakedAt: `2026-07-01T00:${Math.floor(n / 60)}:${(n % 60) + 10}Z`,
      } satisfies ImageRelease)
      world.addAmi(`ami-${n}`, deps.fleet.build)
    }
    await run(first, true)
    expect(world.done).toHaveLength(500)
    expect((await retired())['0.9.100/1']).toEqual({ deprecatedAt: first })
    expect((await retired())['1.0.1/1']).toBeUndefined()
    await run(second)
    expect((await retired())['1.0.1/1']).toEqual({ deprecatedAt: second })
  })

  it('keeps what something uses where it does, says so, and takes it when it is not used any more', async () => {
    const { world, reported, run, retired } = await retiring()
    const { instances } = world.at(there)
    instances.set('i-1', { ami: 'ami-copy-1', state: 'stopped' })
    await run(second, true)
    await run(fourth)
    expect(reported.at(-1)?.body).toContain(
      'Old or failed, and removed only where nothing uses it:\n  base 1.0.1/1 (ami-own-1): 222233334444 us-east-1: instance i-1',
    )
    expect(world.amis.has('ami-copy-1')).toBe(true)
    expect(world.amis.has('ami-own-1')).toBe(false)
    expect(await retired()).toMatchObject({
      '1.0.1/1': { deprecatedAt: second },
      '1.0.2/1': { removedAt: fourth },
    })
    instances.clear()
    await run('2026-10-04T06:00:00Z')
    expect(world.amis.has('ami-copy-1')).toBe(false)
    expect((await retired())['1.0.1/1']?.removedAt).toBe('2026-10-04T06:00:00Z')
  })

  it('acts at once for a person, who has seen the plan, and though the fleet says dryRun', async () => {
    const { world, reported, run } = await retiring({ dryRun: true })
    await run(first)
    await run(second)
    expect(world.done).toEqual([])
    expect(reported.map(({ body }) => body.split('\n')[0])).toEqual([
      'Nothing is deprecated or removed now: the fleet says dryRun. Otherwise this would be done:',
      'Nothing is deprecated or removed now: the fleet says dryRun. Otherwise this would be done:',
    ])
    await run(third, true)
    expect(world.done).toHaveLength(4)
  })

  it('tells once, and decides the same, when it is repeated', async () => {
    const { ledger, reported, plan, run } = await retiring()
    const once = await plan(first, true)
    expect(await plan(first, true)).toEqual(once)
    await run(first, true)
    const before = await ledger.operations.readWithdrawals(retirementName(first))
    await run(first, true)
    expect(reported).toHaveLength(1)
    expect(await ledger.operations.readWithdrawals(retirementName(first))).toEqual(before)
    expect(await ledger.operations.read(retirementName(first))).toMatchObject({
      kind: 'retirement',
      by,
      status: 'finished',
      startedAt: first,
      finishedAt: first,
      problems: [],
    })
  })

  it('names the accounts that do not let it, marks nothing that is not done, and tries again', async () => {
    const { world, ledger, reported, run, retired } = await retiring()
    world.closed.add(there.account)
    const { problems, sentence } = await run(first, true)
    expect({ problems, sentence }).toEqual({
      problems: 1,
      sentence: `222233334444 us-east-1: base 1.0.1/1 (ami-copy-1), base 1.0.2/1 (ami-copy-2): cannot assume the role of ${there.account}`,
    })
    expect(await ledger.operations.read(retirementName(first))).toMatchObject({ status: 'failed' })
    expect(reported.map(({ severity }) => severity)).toEqual(['info', 'error'])
    expect(reported.at(-1)?.body).toContain(sentence)
    expect(await retired()).toMatchObject({ '1.0.1/1': undefined, '1.0.2/1': undefined })
    world.closed.clear()
    await run(second)
    expect(await retired()).toMatchObject({ '1.0.1/1': { deprecatedAt: second } })
  })

  it('says beforehand where nobody knows what is used', async () => {
    const { world, reported, run } = await retiring()
    await run(second, true)
    world.at(there).refused.add('DescribeInstances')
    await run(fourth)
    expect(reported.at(-2)).toMatchObject({ severity: 'warning' })
    expect(reported.at(-2)?.body).toContain('nothing is removed there: 222233334444 us-east-1: You are not authorized')
    expect(world.amis.has('ami-copy-1')).toBe(true)
    expect(world.amis.has('ami-own-1')).toBe(false)
  })

  it('begins again with what is kept again', async () => {
    const { ledger, run, retired } = await retiring()
    await run(second, true)
    await ledger.fleetState.change(() => goneBackTo('ami-own-1'))
    await run(third)
    expect(await retired()).toMatchObject({ '1.0.1/1': undefined, '1.0.2/1': { deprecatedAt: second } })
  })
  const goneBackTo = (ami: string) => ({
    campaigns: 0,
    upstreams: {},
    images: { base: { released: { ami, version: '1.0.1/1' } } },
  })

  it('tells people of a failure of its own, and once', async () => {
    const { parts: deps, reported } = await retiring()
    const failure = { error: 'States.Timeout', cause: '' }
    const closing = { operation: 'retire-1', execution: 'arn:retire-1', time: first, failure }
    expect(await closeRetirement(deps, closing)).toEqual({ problems: 1, sentence: 'States.Timeout: ' })
    await closeRetirement(deps, closing)
    expect(reported.map(({ subject }) => subject)).toEqual(['Retirement not done everywhere: 1 problem'])
  })

  it('is refused where the fleet retires nothing', async () => {
    const { parts: deps, plan } = await retiring(null)
    await expect(plan(first)).rejects.toThrow("the fleet retires nothing: fleet.yaml has no 'retirement'")
    await expect(showPlan(deps, first)).rejects.toMatchObject({ name: 'RequestRefused' })
  })
})

it('shows the plan, and neither remembers nor tells it', async () => {
  const { parts: deps, ledger, reported } = await retiring()
  const before = new Map(ledger.items)
  const { releases, uses } = await showPlan(deps, first)
  expect(releases.map(({ version, action }) => `${version} ${action}`)).toEqual([
    '1.0.2/1 deprecate',
    '1.0.1/1 deprecate',
  ])
  expect(uses).toEqual({})
  expect(reported).toEqual([])
  expect(ledger.items).toEqual(before)
})

describe('what failed', () => {
  const ended = (as: Ended['as'], at = '2026-09-01T00:00:00Z') => ({ at, as, reason: 'smoke: no answer' })
  const bakeOf = (n: number, more: Partial<Bake> = {}): Bake & { ended: Ended } => ({
    image: 'base',
    version: `1.0.9/${n}`,
    imageArn: `arn:bake/${n}`,
    parentAmi: 'ami-p',
    campaign: 'c',
    startedAt: '2026-08-31T23:00:00Z',
    ended: ended('failed'),
    ...more,
  })
  /** Three failed bakes, beside releases: one that Image Builder names, one that it does not, one without an AMI. */
  async function failing() {
    const all = await retiring()
    const { world, ledger, parts } = all
    for (const n of [1, 2, 3]) world.images.set(`arn:bake/${n}`, {})
    for (const n of [1, 2]) world.addAmi(`ami-failed-${n}`, parts.fleet.build, `arn:bake/${n}`)
    await ledger.releases.recordBakeEnded(bakeOf(1, { amis: ['ami-failed-1'] }))
    await ledger.releases.recordBakeEnded(bakeOf(2, { ended: ended('aborted') }))
    await ledger.releases.recordBakeEnded(bakeOf(3, { ended: ended('superseded', '2026-09-10T00:00:00Z') }))
    const bakes = async () => (await ledger.releases.readBakes(['base'])).map(({ version }) => version)
    return { ...all, bakes }
  }

  it('is kept for as long as the fleet says, named before it goes, and then all that it left is gone', async () => {
    const { parts, world, reported, run, bakes } = await failing()
    expect(
      (await showPlan(parts, first)).bakes.map(({ version, action, ami }) => `${version} ${action} ${ami}`),
    ).toEqual(['1.0.9/1 wait ami-failed-1', '1.0.9/2 wait ami-failed-2', '1.0.9/3 wait '])
    await run(first, true)
    expect(await bakes()).toHaveLength(3)
    await run(second)
    expect(reported.at(-1)?.body).toContain(
      [
        'Failed bakes, removed with all that they left:',
        '  base 1.0.9/1 (ami-failed-1): it failed at 2026-09-01T00:00:00Z: smoke: no answer',
        '  base 1.0.9/2 (ami-failed-2): it was stopped at 2026-09-01T00:00:00Z: smoke: no answer',
      ].join('\n'),
    )
    expect([...world.amis.keys()].filter((ami) => ami.includes('failed'))).toEqual([])
    expect(world.deleted).toEqual(['arn:bake/1', 'arn:bake/2'])
    expect(await bakes()).toEqual(['1.0.9/3'])
    // Without an AMI there is no place to go to.
    await run(third)
    expect(world.deleted).toEqual(['arn:bake/1', 'arn:bake/2', 'arn:bake/3'])
    expect(await bakes()).toEqual([])
  })

  it('stays where something uses its AMI, with what Image Builder keeps of it, and is named', async () => {
    const { parts, world, reported, run, bakes } = await failing()
    world.at(parts.fleet.build).instances.set('i-1', { ami: 'ami-failed-2', state: 'stopped' })
    await run(second, true)
    expect(reported.at(-1)?.body).toMatch(
      /only where nothing uses it:\n {2}base 1\.0\.9\/2 \(ami-failed-2\): .* instance i-1/,
    )
    expect(world.amis.has('ami-failed-2')).toBe(true)
    expect(world.deleted).toEqual(['arn:bake/1'])
    expect(await bakes()).toEqual(['1.0.9/2', '1.0.9/3'])
  })

  it.each(['withdraw', 'remove', 'close'])('ends the same where the run died before %s', async (died) => {
    const { parts: deps, world, ledger, plan, run, bakes } = await failing()
    const operation = retirementName(second)
    const { places } = await plan(second, true)
    if (died !== 'withdraw')
      for (const place of places) await withdrawAmis(deps, { operation, ...place, time: second }).catch(() => undefined)
    if (died === 'close') await removeLeftovers({ ...deps, ledger }, { operation })
    await run('2026-09-14T06:00:00Z', true)
    expect(world.deleted).toEqual(['arn:bake/1', 'arn:bake/2'])
    expect(await bakes()).toEqual(['1.0.9/3'])
  })

  it('is no news while it waits', async () => {
    const { ledger, reported, run } = await failing()
    for (const n of [1, 2])
      await ledger.table.set(keyOf('release', { image: 'base', version: `1.0.${n}/1` }), { retired: gone })
    await run(first)
    expect(reported).toEqual([])
  })
  const gone = { deprecatedAt: '2026-08-10T00:00:00Z', removedAt: '2026-08-24T00:00:00Z' }

  it('is not what is under way, nor what became a release', async () => {
    const { parts, ledger } = await failing()
    const { ended: _, ...running } = bakeOf(4)
    await ledger.releases.recordBakeStarted(running)
    await ledger.releases.recordBakeEnded(bakeOf(5, { version: '1.0.4/1' }))
    const { bakes } = await showPlan(parts, third)
    expect(bakes.map(({ version }) => version)).toEqual(['1.0.9/1', '1.0.9/2', '1.0.9/3'])
  })
})

describe('what Image Builder keeps of a release', () => {
  const named = (n: number) => ({ image: 'base', version: `1.0.${n}/1` })

  it("goes with it, distributions first; those of before they were remembered are the campaign's", async () => {
    const { world, ledger, run, retired } = await retiring()
    world.images.set('arn', {})
    for (const arn of ['arn:ring/1', 'arn:ring/2']) world.images.set(arn, { source: 'arn' })
    await ledger.releases.recordDistribution(named(1), 'early', 'arn:ring/1')
    await seed(ledger, keyOf('image', { campaign: 'c', image: 'base' }), {
      distributing: { early: { startedAt: '', parts: [{ accounts: [], arn: 'arn:ring/2' }] } },
    })
    await run(second, true)
    expect(world.deleted).toEqual([])
    await run(fourth)
    expect(world.deleted).toEqual(['arn:ring/1', 'arn:ring/2', 'arn'])
    expect((await retired())['1.0.1/1']?.removedAt).toBe(fourth)
  })

  it('keeps it from being forgotten where Image Builder does not let it go, and says so', async () => {
    const { world, reported, run, retired } = await retiring()
    world.images.set('arn', {})
    world.kept.set('arn', 'ResourceDependencyException')
    await run(second, true)
    await run(fourth)
    expect((await retired())['1.0.1/1']?.removedAt).toBeUndefined()
    expect(reported.at(-1)).toMatchObject({ subject: 'Retirement not done everywhere: 1 problem' })
    expect(reported.at(-1)?.body).toContain('Image Builder: arn, arn: ResourceDependencyException')
    world.kept.clear()
    await run('2026-10-04T06:00:00Z')
    expect((await retired())['1.0.1/1']?.removedAt).toBe('2026-10-04T06:00:00Z')
  })

  it('has the copies of a roll-out that nobody saw the end of', async () => {
    const { world, ledger, run } = await retiring()
    world.addAmi('ami-unseen', there)
    world.images.set('arn:ring/1', { amis: [{ ...there, ami: 'ami-unseen' }] })
    await ledger.releases.recordDistribution(named(1), 'later', 'arn:ring/1')
    await run(second, true)
    await run(fourth)
    expect(world.amis.has('ami-unseen')).toBe(false)
  })

  it('has distribution configurations, which go with the last release that went through the ring', async () => {
    const { parts, world, ledger, reported, run } = await retiring()
    const { name } = parts.fleet
    for (const each of ['base-early', 'base-early--2', 'base-gone', 'base-gone--2', 'other-gone'])
      world.configurations.add(`${name}-${each}`)
    await ledger.releases.recordDistribution(named(1), 'gone', 'arn:ring/1')
    await run(second, true)
    await run(fourth)
    expect(world.configurations.size).toBe(5)
    await run('2026-10-04T06:00:00Z')
    expect(reported.at(-1)?.body).toContain(
      `Removed, as nothing needs it any more:\n  the distribution configuration ${name}-base-gone, of base\n  the distribution configuration ${name}-base-gone--2, of base\n`,
    )
    expect([...world.configurations]).toEqual(
      ['base-early', 'base-early--2', 'other-gone'].map((each) => `${name}-${each}`),
    )
  })
})

describe('recipes and components that newer ones have replaced', () => {
  const arn = (rest: string) => `arn:aws:imagebuilder:us-west-2:111122223333:${rest}`
  const recipe = (version: number) => arn(`image-recipe/gold-base/1.0.${version}`)
  const component = (build: number) => arn(`component/gold-hello-0a1b2c3d/1.0.0/${build}`)
  /** Recipes 1.0.0 to 1.0.2, of which the last two were replaced at `replacedAt`, each with a build of its own of a component. */
  async function replaced(replacedAt: string) {
    const all = await retiring()
    const document = { platform: 'Linux' as const, document: {} }
    Object.assign(all.parts.fleet.components, { hello: document })
    for (const [version, at] of [
      [0, '2026-08-01'],
      [1, '2026-08-02'],
      [2, replacedAt],
    ] as const) {
      all.world.recipes.set(recipe(version), { dateCreated: at, components: [component(version + 1)] })
      all.world.components.set(component(version + 1), at)
    }
    all.world.recipes.set(arn('image-recipe/gold-base-other/1.0.0'), { dateCreated: '2026-08-01', components: [] })
    return all
  }

  it('go when nothing that was baked is there, recipes first, a run later what only they named', async () => {
    const { world, ledger, reported, run } = await replaced('2026-09-06T00:00:00Z')
    const bake = { image: 'base', parentAmi: '', campaign: 'c', startedAt: first }
    await ledger.releases.recordBakeStarted({ ...bake, version: '1.0.1/7', imageArn: arn('image/gold-base/1.0.1/7') })
    await run(second, true)
    expect(reported.at(-1)?.body).toContain('  the recipe gold-base/1.0.0, of base\n')
    expect(world.deleted).toEqual([recipe(0)])
    await run(third)
    expect(reported.at(-1)?.body).toContain('  the component gold-hello-0a1b2c3d/1.0.0/1, of hello\n')
    expect(world.deleted).toEqual([recipe(0), component(1)])
    await ledger.releases.removeBake({ image: 'base', version: '1.0.1/7' })
    for (const time of [fourth, '2026-10-04T06:00:00Z', '2026-10-11T06:00:00Z']) await run(time)
    expect(world.deleted).toEqual([recipe(0), component(1), recipe(1), component(2)])
  })

  it('stay for a week, in which a deployment may come back to them', async () => {
    const { world, run } = await replaced('2026-09-06T06:00:01Z')
    for (const one of [recipe(0), component(1)]) world.recipes.delete(one)
    await run(second, true)
    expect(world.deleted).not.toContain(recipe(1))
    await run(third)
    expect(world.deleted).toContain(recipe(1))
  })

  it('stay where something else needs them, which is no failure', async () => {
    const { world, reported, run } = await replaced('2026-08-03T00:00:00Z')
    for (const version of [0, 1]) world.kept.set(recipe(version), 'ResourceDependencyException')
    await run(second, true)
    expect(world.recipes.size).toBe(4)
    expect(reported.map(({ severity }) => severity)).toEqual(['info'])
  })

  it('are not those of a pipeline that was there before', async () => {
    const { parts, world, run } = await replaced('2026-08-03T00:00:00Z')
    Object.assign(parts.fleet.images.base ?? {}, { pipeline: arn('image-pipeline/base') })
    await run(second, true)
    expect(world.deleted).toEqual([])
  })
})
