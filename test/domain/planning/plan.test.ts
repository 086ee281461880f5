import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descendantsOf } from '../../../domain/fleet/graph.ts'
import { orderRebake } from '../../../domain/planning/order.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import type { Release } from '../../../domain/planning/release.ts'
import { arbitraryFleet, exampleFleet } from '../../support/fleets.ts'

const trigger = (upstream: string): Release => ({
  kind: 'release',
  upstream,
  ami: 'ami-0a1b2c3d4e5f67890',
  amiName: 'soe',
  time: '2026-09-08T09:00:00Z',
})

describe('the plan of a campaign', () => {
  it('bakes what descends from the upstream, parents first, and says why not for the rest', () => {
    const { images } = planCampaign(exampleFleet(), trigger('ubuntu-soe'))
    expect(
      images.filter(({ decision }) => decision === 'bake').map(({ order, image }) => [order, image]),
    ).toEqual([
      [1, 'ubuntu-hardened'],
      [2, 'ubuntu-python'],
      [3, 'ml-inference'],
    ])
    expect(images.find(({ image }) => image === 'payments-api')).toMatchObject({
      decision: 'leave',
      reason: 'from al2023-soe, not from ubuntu-soe',
    })
  })

  it('decides for every image once, starts each when its parent is baked, and bakes just the descendants', () => {
    fc.assert(
      fc.property(arbitraryFleet(), (fleet) => {
        for (const upstream of Object.keys(fleet.upstreams)) {
          const { images } = planCampaign(fleet, trigger(upstream))
          expect(images.map(({ image }) => image).sort()).toEqual(Object.keys(fleet.images).sort())
          const baked = images.filter(({ decision }) => decision === 'bake')
          expect(baked.map(({ image }) => image).sort()).toEqual(descendantsOf(fleet, upstream).sort())
          for (const { parent, startsAfterSeconds } of baked) {
            const before = baked.find(({ image }) => image === parent)
            expect(startsAfterSeconds).toBe(before ? before.startsAfterSeconds + before.bakeSeconds : 0)
          }
        }
      }),
    )
  })
})

describe('the order of a rebake', () => {
  const fleet = exampleFleet()
  const prefix = 'arn:aws:imagebuilder:us-west-2:111122223333'
  const orderOf = (name: string) => {
    const image = fleet.images[name]
    if (!image) throw new Error(name)
    return orderRebake(fleet, name, image, 'campaign', prefix)
  }

  it('names pipeline, parameter, children and every target of each ring', () => {
    const order = orderOf('al2023-java')
    expect(order).toMatchObject({
      pipelineArn: `${prefix}:image-pipeline/golden-al2023-java`,
      parentParameter: '/golden/images/al2023-java/parent',
      children: [
        { image: 'payments-api', execution: 'campaign-payments-api' },
        { image: 'orders-api', execution: 'campaign-orders-api' },
      ],
    })
    expect(order.rings[0]).toMatchObject({
      ring: 'early',
      distributionConfigurationArn: `${prefix}:distribution-configuration/golden-al2023-java-early`,
      soak: 86_400,
      targets: [
        { account: '222233334444', region: 'us-west-2' },
        { account: '222233334444', region: 'us-east-1' },
      ],
    })
  })

  it('asks about a bake no later than its timeout, and as often as the timeout allows', () => {
    for (const name of Object.keys(fleet.images)) {
      const { checkSeconds, maxChecks } = orderOf(name)
      const timeout = fleet.images[name]?.timeout ?? 0
      expect(checkSeconds).toBeGreaterThan(fleet.images[name]?.estimate ?? 0)
      expect(checkSeconds * maxChecks).toBeGreaterThanOrEqual(timeout)
      expect(checkSeconds * (maxChecks - 1)).toBeLessThan(timeout)
    }
  })
})
