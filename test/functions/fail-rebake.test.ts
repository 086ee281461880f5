import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { describe, expect, it } from 'vitest'
import { recordCampaignClosed } from '../../domain/planning/transitions.ts'
import type { Failed } from '../../functions/fail-rebake/fail-rebake.ts'
import { fail } from '../../functions/fail-rebake/fail-rebake.ts'
import {
  campaign,
  claimFor,
  executionOf,
  nextCampaign,
  nextRelease,
  type Planned,
  parentAmi,
  planFor,
  plannedCampaign,
} from '../support/campaign.ts'

const time = '2026-09-08T12:00:00Z'
const image = 'al2023-java'
const closing = { execution: executionOf(image), time, campaign, image }
const failure = { error: 'ValidationFailed', cause: '{"errorMessage":"encryption: expected every volume"}' }
const superseded = { error: 'Superseded', cause: `superseded by campaign ${nextCampaign}` }
const cancelled = { error: 'BakeCancelled', cause: 'Image Builder says CANCELLED: it gives no reason' }
/** Nothing is reported beside the reason: aws/image-failure.test.ts reads what is. */
const imageBuilder = { send: async () => ({}) } as unknown as ImagebuilderClient
const failing = ({ parts: deps }: Planned, more: Partial<Failed> = {}) =>
  fail(Object.assign(deps, { imageBuilder }), { ...closing, failure, ...more })

describe('fail-rebake', () => {
  it.each([
    ['planned', { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }],
    ['waiting', { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }],
    ['baking', { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }],
    ['candidate', { 'al2023-java': 'failed', 'orders-api': 'planned', 'payments-api': 'planned' }],
  ] as const)('stops the descendants of an image that was %s: %j', async (before, expected) => {
    const all = await plannedCampaign()
    await all.set(image, { status: before })
    expect(await failing(all)).toEqual({ as: 'failed' })
    expect(await all.statuses()).toEqual({
      'al2023-hardened': 'planned',
      'al2023-node': 'planned',
      'web-frontend': 'planned',
      ...expected,
    })
    const skipped = Object.values<string>(expected).includes('skipped')
    expect(all.reported[0]?.body.includes('orders-api, payments-api')).toBe(skipped)
  })

  it('stops grandchildren too, and says because of what', async () => {
    const all = await plannedCampaign()
    await failing(all, { image: 'al2023-hardened' })
    expect(new Set(Object.values(await all.statuses()))).toEqual(new Set(['failed', 'skipped']))
    expect(await all.image('web-frontend')).toMatchObject({
      reason: 'it descends from al2023-hardened, which failed',
      finishedAt: time,
    })
  })

  it('keeps the reason without the JSON around it, and publishes the error by name', async () => {
    const all = await plannedCampaign()
    await failing(all)
    const reason = 'the AMI that it baked failed its checks: encryption: expected every volume'
    expect((await all.image(image)).reason).toBe(reason)
    expect(all.published[0]?.detail).toMatchObject({ status: 'failed', error: 'ValidationFailed', reason })
  })
})

describe('one that nobody could start', () => {
  const execution = executionOf('al2023-hardened')
  const unstarted = { unstarted: true, execution, failure: { error: 'NotStarted', cause: 'Rate exceeded' } }

  it('fails, with what descends from it, and its parent keeps its own turn', async () => {
    const all = await plannedCampaign()
    await claimFor(all, 'al2023-hardened')
    await failing(all, unstarted)
    expect(await all.statuses()).toMatchObject({
      'al2023-hardened': 'baking',
      [image]: 'failed',
      'orders-api': 'skipped',
    })
    expect((await all.image(image)).reason).toBe('Step Functions did not start its rebake, for minutes: Rate exceeded')
    expect(all.ledger.items.get('CLAIMS|CLAIMS')).toMatchObject({ held: [{ holder: execution }] })
    expect(all.reported).toMatchObject([{ subject: 'Failed: al2023-java was not released' }])
    expect([all.reported[0]?.links[0]?.url, all.counted]).toEqual([expect.stringContaining(execution), ['ImageFailed']])
  })

  it.each(['waiting', 'baking', 'candidate', 'released', 'aborted'] as const)(
    'had begun all the same: %s',
    async (status) => {
      const all = await plannedCampaign()
      await all.set(image, { status })
      await failing(all, unstarted)
      expect([(await all.image(image)).status, all.reported, all.counted]).toEqual([status, [], []])
    },
  )
})

describe('what is superseded', () => {
  const rollOut = async (all: Planned) => {
    await all.set(image, { status: 'candidate' })
    return failing(all, { failure: superseded })
  }
  const bake = async (all: Planned) => failing(all, { failure: superseded })

  it('is no failure: nobody is notified before the campaign ends, and its descendants end with it', async () => {
    const all = await plannedCampaign()
    expect(await bake(all)).toEqual({ as: 'superseded' })
    expect(await all.statuses()).toMatchObject({
      'al2023-java': 'superseded',
      'orders-api': 'superseded',
      'payments-api': 'superseded',
      'al2023-node': 'planned',
    })
    expect((await all.image(image)).reason).toBe(`superseded by campaign ${nextCampaign}`)
    expect((await all.image('orders-api')).reason).toBe(`superseded by campaign ${nextCampaign}, with al2023-java`)
    expect([all.reported, all.counted]).toEqual([[], ['ImageSuperseded']])
    expect(all.published[0]?.detail).toMatchObject({ image, status: 'superseded', error: 'Superseded' })
  })

  it('on its way through the rings leaves its children, which are baked from a good AMI', async () => {
    const all = await plannedCampaign()
    expect(await rollOut(all)).toEqual({ as: 'superseded' })
    expect(await all.statuses()).toMatchObject({ 'al2023-java': 'superseded', 'orders-api': 'planned' })
  })

  it.each([
    ['in the queue', bake],
    ['in the rings', rollOut],
  ])('is not tried again by anybody: %s', async (_, close) => {
    const all = await plannedCampaign()
    await all.set(image, { status: 'baking', parentAmi })
    await close(all)
    expect((await all.known()).images[image]).toEqual({})
  })
})

describe('a bake that was cancelled', () => {
  const baking = async (next?: ReturnType<typeof nextRelease>) => {
    const all = await plannedCampaign()
    if (next) await planFor(all.ledger, next)
    await claimFor(all, image)
    await all.set(image, { status: 'baking' })
    return all
  }

  it('is superseded where a newer campaign is to bake its image', async () => {
    const all = await baking(nextRelease())
    expect(await failing(all, { failure: cancelled })).toEqual({ as: 'superseded' })
    expect(all.reported).toEqual([])
  })

  it.each([
    ['no newer campaign wants it', undefined],
    // Nobody took it from an emergency: somebody cancelled it.
    ['it is of an emergency, and the newer one is not', nextRelease()],
  ])('is a failure where %s', async (_, next) => {
    const all = await baking()
    if (next) {
      const { order } = await all.image(image)
      await all.set(image, { order: { ...order, emergency: true } as never })
      await planFor(all.ledger, next)
    }
    expect(await failing(all, { failure: cancelled })).toEqual({ as: 'failed' })
    expect(all.reported).toHaveLength(1)
  })

  it('is what it was when it is closed again, after a crash in the middle too', async () => {
    const all = await baking(nextRelease())
    const { publish } = all.parts
    all.parts.publish = async () => Promise.reject(new Error('EventBridge is away'))
    await expect(failing(all, { failure: cancelled })).rejects.toThrow('EventBridge is away')
    all.parts.publish = publish
    expect(await failing(all, { failure: cancelled })).toEqual({ as: 'superseded' })
    await all.ledger.fleetState.change((known) => recordCampaignClosed(known, nextCampaign))
    expect(await failing(all, { failure: cancelled })).toEqual({ as: 'superseded' })
    expect((await all.image(image)).status).toBe('superseded')
    expect(all.reported).toEqual([])
  })
})

describe('what the ledger learns of a failure', () => {
  const bake = { parentAmi, definition: 'd1', campaign, at: '2026-09-08T10:00:00Z' }
  const reason = 'the AMI that it baked failed its checks: encryption: expected every volume'

  it('is what was tried, how often, why it failed and when; its descendants are open no more', async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    expect((await all.known()).images['orders-api']?.pending).toHaveLength(1)
    await failing(all)
    const { images } = await all.known()
    expect(images[image]).toEqual({ attempt: { ...bake, tries: 1, failed: reason, failedAt: time } })
    expect(images['orders-api']).toEqual({})
    expect(images['al2023-node']?.pending).toHaveLength(1)
  })

  it('is that nobody tries again on a parent that was refused', async () => {
    const all = await plannedCampaign()
    await all.set(image, { status: 'baking', parentAmi })
    await failing(all, { failure: { error: 'ParentRefused', cause: 'its volume /dev/sdb is not encrypted' } })
    expect((await all.known()).images[image]?.attempt).toMatchObject({ parentAmi, tries: 1, givenUp: true })
  })

  it('is that nobody tries again where a person stopped it', async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    expect(await failing(all, { as: 'aborted' })).toEqual({ as: 'aborted' })
    expect((await all.known()).images[image]?.attempt).toMatchObject({ failedAt: time, givenUp: true })
  })

  it.each<[string, Parameters<Planned['set']>[1]]>([
    ['of a bake that is good: its roll-out failed', { status: 'candidate', parentAmi }],
    ['of an image that nobody began with', { status: 'planned' }],
  ])('is nothing %s', async (_, attributes) => {
    const all = await plannedCampaign()
    await all.set(image, attributes)
    await failing(all)
    expect((await all.known()).images[image]).toEqual({})
  })
})

describe('what it left', () => {
  const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/4'
  const place = { accountId: '111122223333', region: 'us-west-2' }
  const amis = [
    { ...place, image: 'ami-2' },
    { ...place, region: 'us-east-1', image: 'ami-3' },
  ]
  const answering = { send: async () => ({ image: { outputResources: { amis } } }) } as unknown as ImagebuilderClient
  const ending = (all: Planned, more: Partial<Failed> = {}) =>
    fail(Object.assign(all.parts, { imageBuilder: answering }), { ...closing, failure, ...more })

  it.each([
    ['failed', {}],
    ['aborted', { as: 'aborted' as const, failure: { error: 'Aborted', cause: 'by a person' } }],
    ['superseded', { failure: superseded }],
  ])('is remembered of a bake that %s, with the AMIs that are known', async (as, more) => {
    const all = await plannedCampaign()
    await all.set(image, { status: 'baking', imageArn, ami: 'ami-1' })
    await ending(all, more)
    expect(await all.ledger.releases.readBakes([image])).toMatchObject([
      { image, version: '1.0.0/4', imageArn, amis: ['ami-1', 'ami-2'], ended: { at: time, as } },
    ])
  })

  it('is nothing where nothing was baked', async () => {
    const all = await plannedCampaign()
    await ending(all)
    expect(await all.ledger.releases.readBakes([image])).toEqual([])
  })

  it.each([
    ['no ring had', {}, { at: time, as: 'failed' }],
    ['some ring has', { distributed: { early: [] } }, undefined],
    ['was released before', { releasedAt: time }, undefined],
  ])('is that of a roll-out, where the release is one that %s', async (_, more, failed) => {
    const all = await plannedCampaign()
    const version = '1.0.0/4'
    await all.set(image, { status: 'candidate', imageArn, version })
    await all.ledger.releases.recordCandidate({ image, version, ami: 'ami-1', imageArn, ...release, ...more })
    await ending(all)
    const after = await all.ledger.releases.read({ image, version })
    if (failed) expect(after?.failed).toMatchObject(failed)
    else expect(after?.failed).toBeUndefined()
    expect(await all.ledger.releases.readBakes([image])).toEqual([])
    // Somebody rolls it out again.
    await all.ledger.releases.recordDistribution({ image, version }, 'early', 'arn:2')
    expect((await all.ledger.releases.read({ image, version }))?.failed).toBeUndefined()
  })
  const release = { parentAmi, definition: 'd', campaign, number: 1, bakedAt: time }
})
