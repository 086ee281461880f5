import { describe, expect, it } from 'vitest'
import { orderPromotion } from '../../../domain/planning/bake-order.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import { type PromotionFacts, reasonNotToPromote } from '../../../domain/planning/promotion.ts'
import { recordPromotion } from '../../../domain/planning/transitions.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { hoursAgo, last } from './situations.ts'

const fleet = exampleFleet()
const image = 'al2023-java'
const release: ImageRelease = {
  image,
  version: '1.0.3/1',
  ami: 'ami-0000000d',
  imageArn: 'arn',
  parentAmi: 'ami-0000000a',
  definition: 'd1',
  campaign: 'baking',
  number: 3,
  bakedAt: hoursAgo(72),
}
const asked = { image, version: '1.0.3/1' }
const rolling = (number: number, version: string) => ({ campaign: `c${number}`, number, version })

describe('a promotion', () => {
  it.each<[Partial<PromotionFacts>, string | undefined]>([
    [{}, undefined],
    [{ rollingOut: [rolling(2, '1.0.2/1')] }, undefined],
    [
      { release: undefined },
      'al2023-java has no release 1.0.3/1: none of its AMIs of that version passed its checks (`npx --no-install rebake history al2023-java` has its releases)',
    ],
    [
      { release: { ...release, revoked: { at: 'then', by: 'bob', reason: 'CVE', operation: 'o' } } },
      'al2023-java 1.0.3/1 was revoked at then by bob: CVE (`npx --no-install rebake history al2023-java` has its releases)',
    ],
    [{ release: { ...release, retired: { deprecatedAt: 'a' } } }, undefined],
    [
      { release: { ...release, retired: { deprecatedAt: 'a', removedAt: 'b' } } },
      'the AMIs of al2023-java 1.0.3/1 were removed at b (`npx --no-install rebake history al2023-java` has its releases)',
    ],
    [
      {
        known: { ...emptyFleetState, images: { [image]: { held: { at: 'then', by: 'bob', reason: 'look' } } } },
      },
      'rebake resume al2023-java',
    ],
    [{ known: { ...emptyFleetState, revoked: ['ami-0000000a'] } }, 'ami-0000000a was revoked'],
    [{ known: { ...emptyFleetState, images: { [image]: { released: release } } } }, 'is stable already'],
    [{ rollingOut: [rolling(3, '1.0.3/1')] }, 'campaign c3 rolls out al2023-java 1.0.3/1 now'],
    [{ rollingOut: [rolling(4, '1.0.4/1')] }, 'rebake cancel c4 al2023-java` ends that'],
  ])('of %j: %s', (standing, reason) => {
    const found = reasonNotToPromote(fleet, asked, {
      known: emptyFleetState,
      release,
      rollingOut: [],
      ...standing,
    })
    if (reason === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(reason)
  })

  it('of an image that the fleet has no more is refused', () => {
    const standing = { known: emptyFleetState, release, rollingOut: [] }
    const not = reasonNotToPromote(fleet, { ...asked, image: 'gone' }, standing)
    expect(not).toBe("the fleet has no image 'gone'")
  })

  it('is a campaign of one image, through its rings, without a bake', () => {
    const trigger = { kind: 'promote', ...asked, time: hoursAgo(0), reason: 'because' } as const
    const [first, ...others] = planCampaign(fleet, trigger).images
    const baked = planCampaign(fleet, { kind: 'manual', images: [image], time: hoursAgo(0), reason: 'x' })
    const same = baked.images.find((each) => each.image === image)
    expect(first).toMatchObject({ image, decision: 'bake', order: 1, reason: 'because', bakeSeconds: 0 })
    expect(first?.finishedAfterSeconds).toBe((same?.finishedAfterSeconds ?? 0) - (same?.bakeSeconds ?? 0))
    expect(others).toHaveLength(Object.keys(fleet.images).length - 1)
    expect(new Set(others.map(({ decision, reason }) => `${decision}: ${reason}`))).toEqual(
      new Set([`leave: only ${image} is rolled out`]),
    )
  })

  it('ranks as the campaign that baked it, and starts no children', () => {
    const ordering = { campaign: 'this', emergency: true, arnPrefix: 'arn', newest: 'later' }
    const { children, number, emergency, campaign, promotes } = orderPromotion(fleet, release, ordering)
    expect({ children, number, emergency, campaign, promotes }).toEqual({
      children: [],
      number: 3,
      emergency: true,
      campaign: 'this',
      promotes: { bakedBy: 'baking', newest: 'later' },
    })
  })

  it.each([
    ['before', { ami: 'ami-0000000d', version: '1.0.3/1' }],
    ['another', {}],
    [undefined, {}],
  ])('is what children bake from, unless a bake has passed since: newest was %s', (newest, changed) => {
    const known = { ...emptyFleetState, images: { [image]: last(image) } }
    const { ami, version } = release
    const after = recordPromotion(known, image, { ami, version, newest })
    expect(after.images[image]?.last).toEqual({ ...known.images[image]?.last, ...changed })
  })
})
