import { beforeEach, describe, expect, it } from 'vitest'
import type { Leftover } from '../../domain/releases/leftovers.ts'
import type { WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import { removeLeftovers } from '../../functions/remove-leftovers/remove-leftovers.ts'
import { memoryLedger } from '../support/ledger.ts'
import { configurationArn, FakeWorld } from './withdrawal-world.ts'

const operation = 'retire-20260920T060000Z'
const place = { account: '111122223333', region: 'us-west-2' }
const arn = (build: number) => `arn:aws:imagebuilder:us-west-2:111122223333:image/gold-web/1.0.0/${build}`
const image = (build: number, of = 1): Leftover => ({
  kind: 'image',
  arn: arn(build),
  image: 'web',
  version: `1.0.0/${of}`,
})
const configuration: Leftover = {
  kind: 'distribution-configuration',
  arn: configurationArn('gold-web-early'),
  image: 'web',
}

let world: FakeWorld
let ledger: ReturnType<typeof memoryLedger>
const run = () => removeLeftovers({ ledger, imageBuilder: world.imageBuilder }, { operation })
const outcomes = async () =>
  (await ledger.operations.readLeftovers(operation)).map(({ outcome, why }) => (why ? `${outcome}: ${why}` : outcome))

beforeEach(() => {
  world = new FakeWorld()
  ledger = memoryLedger()
  world.images.set(arn(1), {})
  world.images.set(arn(2), { source: arn(1) })
  world.configurations.add('gold-web-early')
})

/** A run whose AMI of release 1.0.0/1 came to this. */
async function planned(leftovers: Leftover[], became: Pick<WithdrawnAmi, 'outcome'> = { outcome: 'done' }) {
  const ami = { image: 'web', version: '1.0.0/1', ami: 'ami-1', action: 'remove' as const, ...became }
  await ledger.operations.recordWithdrawals(operation, [
    { ...place, users: [place], protects: [], otherwise: 'keep', amis: [ami] },
  ])
  await ledger.operations.recordLeftovers(operation, leftovers)
}

describe('remove-leftovers', () => {
  it('removes in order what nothing needs, and a repeat does nothing', async () => {
    await planned([image(2), image(1), configuration])
    expect(await run()).toEqual({ removed: 3, left: 0 })
    expect(world.deleted).toEqual([arn(2), arn(1), configuration.arn])
    expect(await run()).toEqual({ removed: 3, left: 0 })
    expect(world.deleted).toHaveLength(3)
  })

  it('does nothing where there is nothing to remove', async () => {
    expect(await run()).toEqual({ removed: 0, left: 0 })
    expect(ledger.items.size).toBe(0)
  })

  it.each([{ outcome: 'in-use' }, { outcome: 'failed' }, {}] as const)(
    'keeps an image whose AMI is there: %j',
    async (became) => {
      await planned([image(2), image(1), configuration], became)
      expect(await run()).toEqual({ removed: 1, left: 2 })
      expect(await outcomes()).toEqual(['in-use: its AMIs are there', 'in-use: its AMIs are there', 'done'])
      expect([...world.images.keys()]).toEqual([arn(1), arn(2)])
    },
  )

  it('goes on where it was throttled, and remembers what it did', async () => {
    await planned([image(2), image(1)])
    world.deleted.push = (
      (push) =>
      (...arns: string[]) => {
        world.throttled.set('Delete', 1)
        return push.apply(world.deleted, arns)
      }
    )(world.deleted.push)
    await expect(run()).rejects.toMatchObject({ name: 'CallRateLimitExceededException' })
    expect(await outcomes()).toEqual(['done', undefined])
    expect(await run()).toEqual({ removed: 2, left: 0 })
  })

  it('finds nothing wrong with what somebody else has removed', async () => {
    await planned([image(7, 7)])
    expect(await run()).toEqual({ removed: 1, left: 0 })
    expect(await outcomes()).toEqual(['gone'])
  })

  it('keeps a distribution configuration that something needs, and fails with an image that something needs', async () => {
    for (const each of [arn(1), configuration.arn]) world.kept.set(each, 'ResourceDependencyException')
    await planned([image(2), image(1), configuration])
    await run()
    expect(await outcomes()).toEqual([
      'done',
      'failed: ResourceDependencyException: ResourceDependencyException',
      'in-use: ResourceDependencyException: ResourceDependencyException',
    ])
  })

  it('does not take a distribution configuration from a roll-out that has begun since', async () => {
    const lock = { holder: 'arn', image: 'web', stage: 'roll-out' as const, campaign: 'c', number: 1, emergency: false }
    await ledger.locks.change((locks) => ({ ...locks, queue: [{ ...lock, remaining: 0, since: '' }] }))
    await planned([configuration])
    await run()
    expect(await outcomes()).toEqual(['in-use: a roll-out of the image has begun'])
  })

  it('forgets what events said of the image, before one says that it is deleted', async () => {
    await ledger.waits.recordToken(arn(2), 'token', '2026-09-01T00:00:00Z')
    await ledger.waits.recordOutcome(arn(2), { status: 'AVAILABLE' }, '2026-09-01T00:00:00Z')
    await planned([image(2)])
    await run()
    expect(await ledger.waits.forget(arn(2))).toBeUndefined()
  })

  it('says why Image Builder refuses', async () => {
    world.kept.set(arn(2), 'InvalidRequestException')
    await planned([image(2)])
    expect(await run()).toEqual({ removed: 0, left: 1 })
    expect(await outcomes()).toEqual(['failed: InvalidRequestException: InvalidRequestException'])
  })
})
