import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { claim } from '../../functions/claim-image/claim-image.ts'
import { fail } from '../../functions/fail-rebake/fail-rebake.ts'
import { release } from '../../functions/release-image/release-image.ts'
import { campaign, executionOf, parentAmi, plannedCampaign } from '../support/campaign.ts'

const ssm = mockClient(SSMClient)
// Workers share their modules: what comes after must find the client as it is.
afterAll(() => void ssm.restore())
const time = '2026-09-08T12:00:00Z'
const image = 'al2023-java'
const ami = 'ami-0b0b0b0b0b0b0b0b0'
const closing = { execution: executionOf(image), time, campaign, image }
const failure = { error: 'ValidationFailed', cause: '{"errorMessage":"encryption: expected every volume"}' }
const stable = '/golden/images/al2023-java/stable'
const placed = [{ account: '222233334444', region: 'us-west-2', ami: 'ami-0c0c0c0c0c0c0c0c0' }]

type Planned = Awaited<ReturnType<typeof plannedCampaign>>
const claimFor = ({ parts }: Planned, name: string) =>
  claim(parts, { taskToken: `token-${name}`, execution: executionOf(name), time, campaign, image: name })
const releasing = ({ parts }: Planned) =>
  release({ ...parts, fleet: 'golden', ssm: ssm as unknown as SSMClient }, { ...closing, ami })
const failing = ({ parts }: Planned) => fail(parts, { ...closing, failure })
const moved = () =>
  ssm.commandCalls(PutParameterCommand).map(({ args: [{ input }] }) => [input.Name, input.Value])

beforeEach(() => {
  ssm.reset()
  ssm.on(PutParameterCommand).resolves({})
  ssm.on(GetParametersCommand).resolves({ Parameters: [{ Name: stable, Value: 'ami-0d0d0d0d0d0d0d0d0' }] })
})

describe.each([
  ['release-image', releasing, 'released', 'Rebake Image Released', 'ImageReleased'],
  ['fail-rebake', failing, 'failed', 'Rebake Image Not Released', 'ImageFailed'],
] as const)('%s', (_, close, status, detailType, metric) => {
  it('records, announces, publishes and counts once, however often it closes', async () => {
    const all = await plannedCampaign()
    await close(all)
    const recorded = await all.image(image)
    await close(all)
    expect(await all.image(image)).toEqual(recorded)
    expect(recorded).toMatchObject({ status, finishedAt: time })
    expect(all.told.map(({ attributes }) => attributes.image)).toEqual([image])
    expect(all.published).toEqual([
      expect.objectContaining({
        'detail-type': detailType,
        time,
        detail: expect.objectContaining({ version: '1', campaign, image }),
      }),
    ])
    expect(all.counted).toEqual([metric])
  })

  it('frees the claim and tells the next who waits, once', async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    await claimFor(all, 'al2023-node')
    expect(all.granted).toEqual([`token-${image}`])
    await close(all)
    await close(all)
    expect(all.granted).toEqual([`token-${image}`, 'token-al2023-node'])
    expect(await all.ledger.get({ pk: 'CLAIMS', sk: 'CLAIMS' })).toMatchObject({
      held: [{ image: 'al2023-node', told: true }],
      queue: [],
    })
  })

  it('frees the claim of a rebake that was closed and crashed before', async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    await all.set(image, { status })
    await close(all)
    expect(await all.ledger.get({ pk: 'CLAIMS', sk: 'CLAIMS' })).toMatchObject({ held: [] })
    expect(all.told).toEqual([])
  })

  it('records nothing that was not announced, so that a retry announces it', async () => {
    const all = await plannedCampaign()
    const { notify } = all.parts
    all.parts.notify = async () => Promise.reject(new Error('SNS is away'))
    await expect(close(all)).rejects.toThrow('SNS is away')
    expect((await all.image(image)).status).toBe('planned')
    all.parts.notify = notify
    await close(all)
    expect(all.told).toHaveLength(1)
  })

  it('fails loudly for an image that the campaign does not know', async () => {
    const all = await plannedCampaign()
    await all.ledger.items.delete(`CAMPAIGN#${campaign}|IMAGE#${image}`)
    await expect(close(all)).rejects.toThrow(`campaign ${campaign} knows no image ${image}`)
  })
})

describe('release-image', () => {
  it.each([
    [
      'another release was stable: it is previous now',
      'ami-0d0d0d0d0d0d0d0d0',
      [
        ['/golden/images/al2023-java/previous', 'ami-0d0d0d0d0d0d0d0d0'],
        [stable, ami],
      ],
    ],
    ['nothing was stable yet', undefined, [[stable, ami]]],
    ['it is stable already', ami, []],
  ])('moves the pointers: %s', async (_, before, expected) => {
    ssm.on(GetParametersCommand).resolves({ Parameters: before ? [{ Name: stable, Value: before }] : [] })
    await releasing(await plannedCampaign())
    expect(moved()).toEqual(expected)
  })

  it('says in the event and the message what is where', async () => {
    const all = await plannedCampaign()
    await all.set(image, { version: '1.0.3/1', ami, parentAmi, distributed: { early: placed } })
    await releasing(all)
    expect(all.published[0]?.detail).toEqual({
      version: '1',
      imageVersion: '1.0.3/1',
      campaign,
      image,
      ami,
      parentAmi,
      rings: [
        { ring: 'early', parameter: '/golden-images/al2023-java', published: placed },
        { ring: 'everyone', parameter: '/golden-images/al2023-java', published: [] },
      ],
    })
    expect(all.told[0]?.body).toContain('222233334444 us-west-2: ami-0c0c0c0c0c0c0c0c0')
  })
})

describe('fail-rebake', () => {
  it.each([
    ['planned', { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }],
    ['baking', { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }],
    ['candidate', { 'al2023-java': 'failed', 'orders-api': 'planned', 'payments-api': 'planned' }],
  ] as const)('stops the descendants of an image that was %s: %j', async (before, expected) => {
    const all = await plannedCampaign()
    await all.set(image, { status: before })
    await failing(all)
    expect(await all.statuses()).toEqual({
      'al2023-hardened': 'planned',
      'al2023-node': 'planned',
      'web-frontend': 'planned',
      ...expected,
    })
    const skipped = Object.values<string>(expected).includes('skipped')
    expect(all.told[0]?.body.includes('orders-api, payments-api')).toBe(skipped)
  })

  it('stops grandchildren too, and says because of what', async () => {
    const all = await plannedCampaign()
    await fail(all.parts, { ...closing, image: 'al2023-hardened', failure })
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
