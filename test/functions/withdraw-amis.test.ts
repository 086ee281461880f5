import { describe, expect, it } from 'vitest'
import { type Use, useKinds } from '../../domain/releases/usage.ts'
import type { Withdrawal, WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import { withdrawAmis } from '../../functions/withdraw-amis/withdraw-amis.ts'
import { smallFleet } from '../infra/fixture.ts'
import { memoryLedger } from '../support/ledger.ts'
import { FakeWorld } from './withdrawal-world.ts'

const place = { account: '222233334444', region: 'us-east-1' }
const other = { account: '555566667777', region: 'us-east-1' }
const time = '2026-09-20T06:00:00Z'

type Asked = Pick<WithdrawnAmi, 'ami' | 'action'>

/** One place of one operation, whose AMIs are there; `ami-used` runs as an instance. */
async function operation(amis: Asked[], more: Partial<Withdrawal> = {}) {
  const world = new FakeWorld()
  const ledger = memoryLedger()
  for (const { ami } of amis) if (ami !== 'ami-gone') world.addAmi(ami, place)
  world.at(place).instances.set('i-1', { ami: 'ami-used', state: 'running' })
  await ledger.operations.recordWithdrawals('op', [
    {
      ...place,
      users: [place],
      protects: [...useKinds],
      otherwise: 'keep',
      ...more,
      amis: amis.map((ami) => ({ ...ami, image: 'api', version: ami.ami })),
    },
  ])
  const deps = { fleet: smallFleet(), ledger, clientsIn: world.clientsIn }
  const run = () => withdrawAmis(deps, { operation: 'op', ...place, time }).catch((error: Error) => error)
  const outcomes = async () =>
    (await ledger.operations.readWithdrawals('op')).flatMap(({ amis }) =>
      amis.map(({ ami, outcome, why }) => `${ami} ${outcome}${why ? `: ${why}` : ''}`),
    )
  return { world, ledger, run, outcomes }
}

const each = (action: WithdrawnAmi['action'], ...amis: string[]): Asked[] => amis.map((ami) => ({ ami, action }))

describe('withdrawing AMIs', () => {
  it('does what it is asked to, and removes snapshots with their AMI', async () => {
    const { world, run, outcomes } = await operation([
      ...each('deprecate', 'ami-1'),
      ...each('disable', 'ami-2'),
      ...each('remove', 'ami-3', 'ami-gone'),
    ])
    expect(await run()).toEqual({ withdrawn: 4, inUse: 0 })
    expect(world.done).toEqual(['deprecate ami-1', 'disable ami-2', 'remove ami-3'])
    expect(world.amis.get('ami-1')?.deprecatedAt).toBe('2026-09-20T07:00:00.000Z')
    expect([...world.snapshots].some((snapshot) => snapshot.includes('ami-3'))).toBe(false)
    expect(await outcomes()).toEqual(['ami-1 done', 'ami-2 done', 'ami-3 done', 'ami-gone gone'])
  })

  it('changes nothing when it is repeated', async () => {
    const { world, run, outcomes } = await operation([
      ...each('deprecate', 'ami-1'),
      ...each('disable', 'ami-2'),
      ...each('remove', 'ami-3'),
    ])
    const first = await run()
    const before = await outcomes()
    expect(await run()).toEqual(first)
    expect(world.done).toHaveLength(3)
    expect(await outcomes()).toEqual(before)
  })

  it('leaves what is deprecated already, and what is disabled, as it is', async () => {
    const { world, run } = await operation([
      ...each('deprecate', 'ami-1', 'ami-2', 'ami-3'),
      ...each('disable', 'ami-4'),
    ])
    Object.assign(world.amis.get('ami-1') ?? {}, { deprecatedAt: '2026-01-01T00:00:00Z' })
    for (const ami of ['ami-2', 'ami-4']) Object.assign(world.amis.get(ami) ?? {}, { state: 'disabled' })
    // Of itself it would be in two years.
    Object.assign(world.amis.get('ami-3') ?? {}, { deprecatedAt: '2028-01-01T00:00:00Z' })
    await run()
    expect(world.done).toEqual(['deprecate ami-3'])
  })

  it.each([
    ['keeps what is in use', {}, []],
    ['deprecates what is in use, if set so', { otherwise: 'deprecate' }, ['deprecate ami-used']],
    ['takes no notice of uses that do not count', { protects: ['channel'] }, ['remove ami-used']],
    ['takes no notice of any use, if set so', { force: true }, ['remove ami-used']],
  ] as [string, Partial<Withdrawal>, string[]][])('%s', async (_, more, done) => {
    const { world, ledger, run } = await operation(each('remove', 'ami-used'), more)
    expect(await run()).toMatchObject({ withdrawn: done[0] === 'remove ami-used' ? 1 : 0 })
    expect(world.done).toEqual(done)
    const [{ amis } = { amis: [] }] = await ledger.operations.readWithdrawals('op')
    expect(amis[0]?.uses).toEqual([{ kind: 'instance', name: 'i-1', ...place } satisfies Use])
  })

  it('withdraws what is not in use any more when it is tried again', async () => {
    const { world, run, outcomes } = await operation(each('remove', 'ami-used'))
    await run()
    world.at(place).instances.set('i-1', { ami: 'ami-used', state: 'terminated' })
    expect(await run()).toEqual({ withdrawn: 1, inUse: 0 })
    expect(await outcomes()).toEqual(['ami-used done'])
  })

  it('removes nothing that runs as an instance which EC2 hides, as a service manages it', async () => {
    const { world, run } = await operation(each('remove', 'ami-used'))
    world.at(place).instances.set('i-1', { ami: 'ami-used', state: 'running', managed: true })
    expect(await run()).toEqual({ withdrawn: 0, inUse: 1 })
    expect(world.amis.has('ami-used')).toBe(true)
  })

  it('remembers the first of many uses', async () => {
    const { world, ledger, run } = await operation(each('remove', 'ami-used'))
    for (let n = 0; n < 50; n++) world.at(place).instances.set(`i-${n}`, { ami: 'ami-used', state: 'running' })
    await run()
    const [{ amis } = { amis: [] }] = await ledger.operations.readWithdrawals('op')
    expect(amis[0]?.uses).toHaveLength(3)
  })

  it('disables and removes nothing where one of those who may use it cannot be looked into', async () => {
    const { world, run, outcomes } = await operation(
      [...each('deprecate', 'ami-1'), ...each('disable', 'ami-2'), ...each('remove', 'ami-3', 'ami-gone')],
      { users: [place, other] },
    )
    world.closed.add(other.account)
    const why = `nobody knows what uses it: ${other.account} ${other.region}: cannot assume the role of ${other.account}`
    expect(await run()).toMatchObject({ name: 'WithdrawalIncomplete' })
    expect(world.done).toEqual(['deprecate ami-1'])
    expect(await outcomes()).toEqual(['ami-1 done', `ami-2 failed: ${why}`, `ami-3 failed: ${why}`, 'ami-gone gone'])
    world.closed.clear()
    expect(await run()).toEqual({ withdrawn: 4, inUse: 0 })
    expect(world.done).toEqual(['deprecate ami-1', 'disable ami-2', 'remove ami-3'])
  })

  it('disables and removes it all the same if forced to', async () => {
    const { world, run } = await operation(each('disable', 'ami-1'), { users: [place, other], force: true })
    world.closed.add(other.account)
    expect(await run()).toEqual({ withdrawn: 1, inUse: 0 })
    expect(world.done).toEqual(['disable ami-1'])
  })

  it('names the place, each AMI and the reason where its owner does not let it', async () => {
    const { world, run, outcomes } = await operation([
      ...each('deprecate', 'ami-1'),
      ...each('remove', 'ami-2', 'ami-3'),
    ])
    world.at(place).refused.add('DeregisterImage')
    const why = 'UnauthorizedOperation: You are not authorized'
    expect(await run()).toMatchObject({
      name: 'WithdrawalIncomplete',
      message: `222233334444 us-east-1: ami-2: ${why}; 222233334444 us-east-1: ami-3: ${why}`,
    })
    expect(await outcomes()).toEqual(['ami-1 done', `ami-2 failed: ${why}`, `ami-3 failed: ${why}`])
  })

  it('fails all of them where nobody may act for their owner', async () => {
    const { world, run, outcomes } = await operation(each('deprecate', 'ami-1', 'ami-2'))
    world.closed.add(place.account)
    await run()
    const why = `cannot assume the role of ${place.account}`
    expect(await outcomes()).toEqual([`ami-1 failed: ${why}`, `ami-2 failed: ${why}`])
  })

  it('remembers what it did before EC2 was busy, and leaves the rest to another try', async () => {
    const { world, run, outcomes } = await operation([...each('deprecate', 'ami-1'), ...each('disable', 'ami-2')])
    world.throttled.set('DisableImage', 1)
    expect(await run()).toMatchObject({ name: 'RequestLimitExceeded' })
    expect(await outcomes()).toEqual(['ami-1 done', 'ami-2 undefined'])
    expect(await run()).toEqual({ withdrawn: 2, inUse: 0 })
  })

  it('deletes the snapshots later that stayed when their AMI went', async () => {
    const { world, run, outcomes } = await operation(each('remove', 'ami-1'))
    world.snapshotCode = 'missing-permissions'
    await run()
    const snapshot = [...world.snapshots].join()
    expect(await outcomes()).toEqual([
      `ami-1 failed: it is gone, but not all of its snapshots: ${snapshot}: missing-permissions`,
    ])
    expect(await run()).toEqual({ withdrawn: 1, inUse: 0 })
    expect(world.snapshots.size).toBe(0)
    expect(await outcomes()).toEqual(['ami-1 done'])
  })

  it('deletes what an AMI has left that somebody else has removed, by what was recorded', async () => {
    const { world, ledger, run, outcomes } = await operation(each('remove', 'ami-gone', 'ami-1'))
    world.snapshots.add('snap-left')
    const [withdrawal] = await ledger.operations.readWithdrawals('op')
    const amis = withdrawal?.amis.map((ami) => ({ ...ami, snapshots: ['snap-left', 'snap-long-gone'] })) ?? []
    await ledger.operations.recordWithdrawn('op', place, amis)
    world.at(place).refused.add('DeleteSnapshot')
    await run()
    expect(await outcomes()).toEqual([
      'ami-gone failed: it is gone, but not all of its snapshots: snap-left: UnauthorizedOperation',
      'ami-1 done',
    ])
    world.at(place).refused.clear()
    await run()
    expect(await outcomes()).toEqual(['ami-gone done', 'ami-1 done'])
    expect(world.snapshots.size).toBe(0)
  })

  it('keeps snapshots that another AMI has, too', async () => {
    const { world, run, outcomes } = await operation(each('remove', 'ami-1'))
    world.snapshotCode = 'skipped'
    await run()
    expect(await outcomes()).toEqual(['ami-1 done'])
  })

  it('is for places of an operation only', async () => {
    const deps = { fleet: smallFleet(), ledger: memoryLedger(), clientsIn: new FakeWorld().clientsIn }
    await expect(withdrawAmis(deps, { operation: 'op', ...place, time })).rejects.toThrow(
      'operation op withdraws nothing in 222233334444 us-east-1',
    )
  })
})
