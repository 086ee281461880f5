import { RetryImageCommand } from '@aws-sdk/client-imagebuilder'
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
    expect(await retry(all, request)).toEqual({ retried: 2 })
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
    expect(await retry(all, { ...request, time: '2026-09-08T11:00:00Z' })).toEqual({ retried: 0 })
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

  it('names the targets where Image Builder does not try again', async () => {
    const failed = {
      accountId: '200000000000',
      region: 'us-east-1',
      state: { status: 'FAILED', reason: 'no key' },
    }
    say({ status: 'FAILED', amis: [failed] }, 2)
    imageBuilder.on(RetryImageCommand).rejects(named('InvalidRequestException', 'not retriable'))
    await expect(retry(await deps({}, distributed), request)).rejects.toMatchObject({
      name: 'DistributionFailed',
      message: '200000000000 us-east-1: no key (and no retry: not retriable)',
    })
    imageBuilder.on(RetryImageCommand).rejects(named('ServiceException'))
    await expect(retry(await deps({}, distributed), request)).rejects.toMatchObject({
      name: 'ServiceException',
    })
  })

  it('retries nothing that was not distributed', async () => {
    const all = await deps()
    await all.ledger.table.set(key, { distributing: {} })
    await expect(retry(all, request)).rejects.toThrow('nothing was distributed to ring early')
  })
})
