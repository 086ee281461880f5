import { describe, expect, it } from 'vitest'
import { orderRebake } from '../../../domain/planning/bake-order.ts'
import { exampleFleet } from '../../support/fleets.ts'

const fleet = exampleFleet()
const arnPrefix = 'arn:aws:imagebuilder:us-west-2:111122223333'
const ordering = { campaign: 'campaign', number: 7, emergency: false, definition: 'd1', arnPrefix }
const orderOf = (name: string) => {
  const image = fleet.images[name]
  if (!image) throw new Error(name)
  return orderRebake(fleet, name, image, ordering)
}

describe('the order of a rebake', () => {
  it('names pipeline, parameter, children, checks and each ring', () => {
    const order = orderOf('al2023-java')
    expect(order).toMatchObject({
      image: 'al2023-java',
      campaign: 'campaign',
      number: 7,
      emergency: false,
      definition: 'd1',
      pipelineArn: `${arnPrefix}:image-pipeline/golden-al2023-java`,
      parentParameter: '/golden/images/al2023-java/parent',
      children: [
        { image: 'payments-api', execution: 'campaign-payments-api' },
        { image: 'orders-api', execution: 'campaign-orders-api' },
      ],
    })
    expect(order.rings[0]).toMatchObject({
      ring: 'early',
      distribution: 'golden-al2023-java-early',
      parameter: '/golden-images/al2023-java',
      soak: 86_400,
      mode: 'copy',
      accounts: ['222233334444'],
      regions: ['us-west-2', 'us-east-1'],
      tags: { 'rebake:fleet': 'golden', 'rebake:image': 'al2023-java', 'rebake:ring': 'early' },
    })
    expect(order).not.toHaveProperty('arnPrefix')
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
