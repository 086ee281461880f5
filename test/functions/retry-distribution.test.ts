import { DistributeImageCommand, RetryImageCommand } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { retry } from '../../functions/retry-distribution/retry-distribution.ts'
import { keyOf } from '../../ledger/keys.ts'
import { seed } from '../support/ledger.ts'
import { arnOf, key, named, request, ringWorld } from './ring-world.ts'

const world = ringWorld()
const { imageBuilder, say, parts: deps } = world
beforeEach(() => {
  world.reset()
  imageBuilder.on(RetryImageCommand).resolves({})
})

const distributed = [2, 3, 4].map((n) => ({ accounts: [`${n}00000000000`], arn: arnOf(n) }))
const retried = () => imageBuilder.commandCalls(RetryImageCommand).map((call) => call.args[0].input)

describe('retry-distribution', () => {
  it('retries every distribution that failed, and counts it', async () => {
    say({ status: 'FAILED' }, 2)
    say({ status: 'FAILED' }, 4)
    const all = await deps({}, distributed)
    expect(await retry(all, request)).toEqual({ retried: 2, awaited: arnOf(2), lookAfter: 300 })
    expect(retried().map(({ imageBuildVersionArn: arn }) => arn)).toEqual([arnOf(2), arnOf(4)])
    const item = await all.ledger.table.get(key)
    expect(item?.distributing?.early?.parts).toEqual([
      { ...distributed[0], retriedAt: [request.time] },
      distributed[1],
      { ...distributed[2], retriedAt: [request.time] },
    ])
  })

  it('is the same try when it is repeated, and another one later, twice at the most', async () => {
    say({ status: 'FAILED' }, 2)
    const all = await deps({}, distributed)
    await retry(all, request)
    await retry(all, request)
    await retry(all, { ...request, time: '2026-09-08T10:30:00Z' })
    expect(await retry(all, { ...request, time: '2026-09-08T11:00:00Z' })).toMatchObject({ retried: 0 })
    const [first, again, second, ...others] = retried().map(({ clientToken }) => clientToken)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(again).toBe(first)
    expect(second).not.toBe(first)
    expect(others).toEqual([])
  })

  it('forgets the failure that was reported', async () => {
    say({ status: 'FAILED' }, 2)
    const all = await deps({}, distributed)
    const wait = keyOf('wait', { id: arnOf(2) })
    await seed(all.ledger, wait, { outcome: {} })
    await retry(all, request)
    expect(await all.ledger.table.get(wait)).toEqual({ ...wait, schema: 1 })
  })

  describe('where Image Builder does not retry', () => {
    const failed = {
      accountId: '200000000000',
      region: 'us-east-1',
      state: { status: 'FAILED', reason: 'no key' },
    }
    const again = () => imageBuilder.commandCalls(DistributeImageCommand).map((call) => call.args[0].input)
    beforeEach(() => {
      say({ status: 'FAILED', amis: [failed] }, 2)
      say({ status: 'FAILED', amis: [failed] }, 3)
      imageBuilder.on(RetryImageCommand).rejects(named('InvalidRequestException', 'not retriable'))
      // As Image Builder: the same token is the same request.
      const tokens: string[] = []
      imageBuilder.on(DistributeImageCommand).callsFake(({ clientToken }) => {
        if (!tokens.includes(clientToken)) tokens.push(clientToken)
        return { imageBuildVersionArn: arnOf(10 + tokens.indexOf(clientToken)) }
      })
    })

    it('distributes the image again, as the part was configured, and waits for that', async () => {
      const all = await deps({ distribution: 'golden-web-early' }, distributed)
      const now = { retried: 2, awaited: arnOf(10), lookAfter: 300 }
      expect(await retry(all, request)).toEqual(now)
      const of = (name: string) => ({
        sourceImage: arnOf(1),
        distributionConfigurationArn: `arn:aws:imagebuilder:us-west-2:111122223333:distribution-configuration/${name}`,
        executionRole: 'golden-distribution',
        tags: { 'rebake:campaign': 'c', 'rebake:image': 'web', 'rebake:ring': 'early' },
      })
      expect(again()).toMatchObject([of('golden-web-early'), of('golden-web-early--2')])
      const item = await all.ledger.table.get(key)
      expect(item?.distributing?.early?.parts?.map(({ arn }) => arn)).toEqual([arnOf(10), arnOf(11), arnOf(4)])
    })

    it('is the same try when it is repeated before anybody knew of it', async () => {
      const all = await deps({}, distributed.slice(0, 1))
      await retry(all, request)
      await all.ledger.table.set(key, {
        distributing: {
          early: {
            startedAt: request.startedAt,
            parts: [{ ...distributed[0], accounts: [], retriedAt: [request.time] }],
          },
        },
      })
      expect(await retry(all, request)).toMatchObject({ awaited: arnOf(10) })
    })

    it('names the targets where it does not distribute either', async () => {
      imageBuilder.on(DistributeImageCommand).rejects(named('InvalidRequestException', 'no such image'))
      await expect(retry(await deps({}, distributed), request)).rejects.toMatchObject({
        name: 'DistributionFailed',
        message: '200000000000 us-east-1: no key (and no other try: no such image)',
      })
    })

    it('tries later what is only away', async () => {
      imageBuilder.on(RetryImageCommand).rejects(named('ServiceException'))
      await expect(retry(await deps({}, distributed), request)).rejects.toMatchObject({ name: 'ServiceException' })
      expect(again()).toEqual([])
    })
  })

  it('retries nothing that was not distributed', async () => {
    const all = await deps()
    await all.ledger.table.set(key, { distributing: {} })
    await expect(retry(all, request)).rejects.toThrow('nothing was distributed to ring early')
  })
})
