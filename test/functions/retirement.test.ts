import { describe, expect, it } from 'vitest'
import type { Message } from '../../domain/messages/message.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { retirementName } from '../../domain/releases/retirement.ts'
import { closeRetirement } from '../../functions/close-retirement/close-retirement.ts'
import { planRun, showPlan } from '../../functions/plan-retirement/plan-retirement.ts'
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
      retirement: { ...timing, keep: 2, grace: 14 * 86_400, dryRun: false, ...retirement },
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
  const deps = { fleet, ledger, notify, clientsIn: world.clientsIn }
  const plan = (time: string, act = false) => {
    const operation = retirementName(time)
    return planRun(deps, { operation, execution: `arn:${operation}`, time, by, act })
  }
  /** As the state machine does it. */
  const run = async (time: string, act = false) => {
    const operation = retirementName(time)
    const { places } = await plan(time, act)
    for (const place of places) await withdrawAmis(deps, { operation, ...place, time }).catch(() => undefined)
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
      'Old, and removed only where nothing uses it:\n  base 1.0.1/1 (ami-own-1): 222233334444 us-east-1: instance i-1',
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
