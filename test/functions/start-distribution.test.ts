import { DistributeImageCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { withdraw } from '../../domain/claims.ts'
import { changeClaims } from '../../functions/shared/claims.ts'
import { mustHoldRollOut } from '../../functions/shared/roll-outs.ts'
import { startDistribution } from '../../functions/start-distribution/start-distribution.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  nextCampaign,
  nextRelease,
  type Planned,
  planFor,
  plannedCampaign,
  trigger,
} from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(ImagebuilderClient)
const imageBuilder = mock as unknown as ImagebuilderClient
const image = 'al2023-java'
const imageArn = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/1`
const distributionRole = 'arn:aws:iam::111122223333:role/golden-distribution'
const distributed = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/2`
const time = '2026-09-08T12:00:00Z'
const configurationOf = (ring: string) =>
  `${imageBuilderArnPrefix}:distribution-configuration/golden-al2023-java-${ring}`
const starting = ({ parts }: Planned, more: { ring?: string; fleet?: object; time?: string } = {}) => {
  const { fleet = exampleFleet(), ring = 'early', ...asked } = more
  return startDistribution(
    { ...parts, fleet: fleet as never, imageBuilder, distributionRole },
    {
      ...{ execution: executionOf(image), time, campaign, image, imageArn, ring, ...asked },
      distributionConfigurationArn: configurationOf(ring),
    },
  )
}
const started = () => mock.commandCalls(DistributeImageCommand).map(({ args: [{ input }] }) => input)
beforeEach(() => {
  mock.reset()
  mock.on(DistributeImageCommand).resolves({ imageBuildVersionArn: distributed })
})

/** A campaign whose al2023-java is a candidate, and rolls out. */
const rollingOut = async (emergency = false) => {
  const all = await plannedCampaign({ cause: { ...trigger, emergency } })
  await all.set(image, { status: 'candidate' })
  await claimFor(all, image, { stage: 'roll-out' })
  return all
}
const overtake = async (all: Planned) => {
  await planFor(all.ledger, nextRelease({ emergency: true }))
  await claimFor(all, image, { campaign: nextCampaign, stage: 'roll-out', taskToken: 'urgent' })
}

describe('start-distribution', () => {
  it('distributes the image, under a token of its own for each ring', async () => {
    const all = await rollingOut()
    expect(await starting(all)).toEqual({ imageArn: distributed })
    await starting(all)
    await starting(all, { ring: 'everyone' })
    const [early, again, everyone] = started()
    expect(early).toEqual({
      sourceImage: imageArn,
      distributionConfigurationArn: configurationOf('early'),
      executionRole: distributionRole,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:ring': 'early' },
    })
    expect(again).toEqual(early)
    expect(everyone?.clientToken).not.toBe(early?.clientToken)
  })

  it('fails loudly when Image Builder names no image', async () => {
    mock.on(DistributeImageCommand).resolves({})
    await expect(starting(await rollingOut())).rejects.toThrow(`distributes ${imageArn} and named no image`)
  })

  it('waits for the window of its ring, still a candidate, and keeps its turn', async () => {
    const all = await rollingOut()
    const { rings, ...fleet } = exampleFleet()
    const window = { schedule: 'cron(0 0 ? * SUN *)', timezone: 'UTC', duration: 7200 }
    const narrow = { ...fleet, rings: { ...rings, early: { ...rings.early, window } } }
    const until = '2026-09-13T00:00:00.000Z'
    const why = 'window of ring early opens Sun 13 Sep 2026 00:00 UTC'
    await expect(starting(all, { fleet: narrow })).rejects.toMatchObject({
      ...{ name: 'NotOpen', message: `${until} ${why}` },
    })
    expect(await all.image(image)).toMatchObject({ status: 'candidate', waiting: { until, reasons: [why] } })
    expect(all.told[0]?.body).toContain(
      'al2023-java, on its way to ring early, waits until 2026-09-13 00:00 UTC',
    )
    expect(started()).toEqual([])
    expect(await starting(all, { fleet: narrow, time: until })).toEqual({ imageArn: distributed })
    expect(await starting(await rollingOut(true), { fleet: narrow })).toEqual({ imageArn: distributed })
  })

  it('goes no further once an emergency has overtaken it', async () => {
    const all = await rollingOut()
    await overtake(all)
    await expect(starting(all, { ring: 'everyone' })).rejects.toMatchObject({
      ...{ name: 'Superseded', message: `superseded by campaign ${nextCampaign}` },
    })
    expect(started()).toEqual([])
  })
})

describe('a roll-out', () => {
  const holding = async (all: Planned) =>
    mustHoldRollOut(all.ledger, executionOf(image), (await all.image(image)).order as never)

  it('goes on while it has its turn, though a newer one waits for it', async () => {
    const all = await rollingOut()
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, { campaign: nextCampaign, stage: 'roll-out', taskToken: 'newer' })
    await expect(holding(all)).resolves.toBeUndefined()
    expect(all.granted).toEqual([`token-${image}`])
  })

  it('is over when it has been overtaken, also when who overtook it is through', async () => {
    const all = await rollingOut()
    await overtake(all)
    expect(all.granted).toEqual([`token-${image}`, 'urgent'])
    await changeClaims(all.parts, time, (claims) => withdraw(claims, executionOf(image, nextCampaign)))
    await expect(holding(all)).rejects.toMatchObject({
      ...{ name: 'Superseded', message: 'superseded by a newer campaign' },
    })
  })
})
