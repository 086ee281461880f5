import { GetImageCommand, ImagebuilderClient, ListImagePackagesCommand } from '@aws-sdk/client-imagebuilder'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import { fail } from '../../../functions/fail-rebake/fail-rebake.ts'
import { release } from '../../../functions/release-image/release-image.ts'
import { keyOf } from '../../../ledger/keys.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  nextCampaign,
  nextRelease,
  type Planned,
  parentAmi,
  planFor,
  plannedCampaign,
} from '../../support/campaign.ts'
import { mockOf } from '../../support/mocks.ts'
import { keepParameters } from '../../support/parameters.ts'
import { fakeRelease } from '../../support/releases.ts'

const ssm = mockOf(SSMClient)
const imageBuilder = mockOf(ImagebuilderClient)
const time = '2026-09-08T12:00:00Z'
const image = 'al2023-java'
const ami = 'ami-0b0b0b0b0b0b0b0b0'
const closing = { execution: executionOf(image), time, campaign, image }
const failure = { error: 'ValidationFailed', cause: '{"errorMessage":"encryption: expected every volume"}' }
const stable = '/golden/images/al2023-java/stable'
const placed = [{ account: '222233334444', region: 'us-west-2', ami: 'ami-0c0c0c0c0c0c0c0c0' }]

const releasing = ({ parts: deps }: Planned) =>
  release(
    {
      ...deps,
      fleet: 'golden',
      ssm: ssm as unknown as SSMClient,
      imageBuilder: imageBuilder as unknown as ImagebuilderClient,
    },
    { ...closing, ami },
  )
const failing = ({ parts: deps }: Planned) =>
  fail(Object.assign(deps, { imageBuilder: imageBuilder as unknown as ImagebuilderClient }), { ...closing, failure })
const moved = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => [args[0].input.Name, args[0].input.Value])

/** A campaign whose al2023-java has the turns to bake and to roll out. */
async function underWay() {
  const all = await plannedCampaign()
  await claimFor(all, image)
  await claimFor(all, image, { stage: 'roll-out', taskToken: 'turn' })
  expect(all.granted).toEqual([`token-${image}`, 'turn'])
  return all
}
const claims = (all: Planned) => all.ledger.table.get(keyOf('locks', {}))

beforeEach(() => {
  imageBuilder.reset()
  imageBuilder.on(GetImageCommand).resolves({
    image: {
      imageRecipe: {
        components: [{ componentArn: `${imageBuilderArnPrefix}:component/corretto/1.2.0/1` }],
      },
    },
  } as never)
  imageBuilder.on(ListImagePackagesCommand).resolves({ imagePackageList: [] })
  ssm.reset()
  keepParameters(ssm, { [stable]: { value: 'ami-0d0d0d0d0d0d0d0d0' } })
})

describe.each([
  ['release-image', releasing, 'released', 'Rebake Image Released', 'ImageReleased'],
  ['fail-rebake', failing, 'failed', 'Rebake Image Not Released', 'ImageFailed'],
] as const)('%s', (_, close, status, detailType, metric) => {
  it('records, announces, publishes and counts once, however often it closes', async () => {
    const all = await underWay()
    await close(all)
    const recorded = await all.image(image)
    const known = await all.known()
    await close(all)
    expect(await all.image(image)).toEqual(recorded)
    expect(await all.known()).toEqual(known)
    expect(recorded).toMatchObject({ status, finishedAt: time })
    expect(all.reported.map(({ about }) => about.image)).toEqual([image])
    expect(all.published).toEqual([
      expect.objectContaining({
        'detail-type': detailType,
        time,
        detail: expect.objectContaining({ version: '1', campaign, image }),
      }),
    ])
    expect(all.counted).toEqual([metric])
  })

  it('frees the claims and tells the next who waits, once', async () => {
    const all = await underWay()
    await claimFor(all, 'al2023-node')
    await close(all)
    await close(all)
    expect(all.granted.slice(2)).toEqual(['token-al2023-node'])
    expect(await claims(all)).toMatchObject({
      held: [{ image: 'al2023-node', told: true }],
      queue: [],
    })
  })

  it('frees the claims of a rebake that was closed and crashed before', async () => {
    const all = await underWay()
    await all.set(image, { status })
    await close(all)
    expect(await claims(all)).toMatchObject({ held: [] })
    expect(all.reported).toEqual([])
  })

  it('records nothing that was not announced, so that a retry announces it', async () => {
    const all = await underWay()
    const { notify } = all.parts
    all.parts.notify = async () => Promise.reject(new Error('SNS is away'))
    await expect(close(all)).rejects.toThrow('SNS is away')
    expect((await all.image(image)).status).toBe('baking')
    all.parts.notify = notify
    await close(all)
    expect(all.reported).toHaveLength(1)
  })

  it('fails loudly for an image that the campaign does not know', async () => {
    const all = await underWay()
    all.ledger.items.delete(`CAMPAIGN#${campaign}|IMAGE#${image}`)
    await expect(close(all)).rejects.toThrow(
      new RegExp(`^campaign ${campaign} (knows no image|has no order for image) ${image}`),
    )
  })
})

describe('release-image', () => {
  it('moves nothing once an emergency has overtaken it while it soaked', async () => {
    const all = await underWay()
    await planFor(all.ledger, nextRelease({ emergency: true }))
    await claimFor(all, image, { stage: 'roll-out', taskToken: 'urgent', campaign: nextCampaign })
    await expect(releasing(all)).rejects.toMatchObject({
      name: 'Superseded',
      message: `superseded by campaign ${nextCampaign}`,
    })
    expect([moved(), all.reported]).toEqual([[], []])
    expect((await all.image(image)).status).toBe('baking')
  })

  it.each([
    [
      'the release before was stable: it is previous now',
      'ami-0d0d0d0d0d0d0d0d0',
      [
        ['/golden/images/al2023-java/previous', 'ami-0d0d0d0d0d0d0d0d0'],
        [stable, ami],
      ],
    ],
    [
      'nothing is stable any more: the last good release is previous',
      undefined,
      [
        ['/golden/images/al2023-java/previous', 'ami-0d0d0d0d0d0d0d0d0'],
        [stable, ami],
      ],
    ],
    ['it is stable already', ami, [['/golden/images/al2023-java/previous', 'ami-0d0d0d0d0d0d0d0d0']]],
  ])('moves the pointers: %s', async (_, before, expected) => {
    keepParameters(ssm, before ? { [stable]: { value: before } } : {})
    const all = await underWay()
    await all.set(image, { version: '1.0.3/1' })
    const was = { version: '1.0.2/1', ami: 'ami-0d0d0d0d0d0d0d0d0', releasedAt: time }
    for (const release of [was, { version: '1.0.3/1', ami }])
      await all.ledger.releases.recordCandidate(fakeRelease({ image, ...release }))
    await releasing(all)
    expect(moved()).toEqual(expected)
  })

  it('says in the event and the message what is where', async () => {
    const all = await underWay()
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
    expect(all.reported[0]?.body).toContain('222233334444 us-west-2: ami-0c0c0c0c0c0c0c0c0')
  })
})
