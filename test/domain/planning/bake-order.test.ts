import { describe, expect, it } from 'vitest'
import type { Image } from '../../../domain/fleet/model.ts'
import { orderRebake, toExecutionInput } from '../../../domain/planning/bake-order.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { oneImage } from '../../support/one-image.ts'

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

  it('names the subnets in their order, each with the configuration that bakes there; none of an adopted pipeline, or in the default VPC', () => {
    const configuration = (name: string) => `${arnPrefix}:infrastructure-configuration/golden-${name}`
    const order = orderOf('al2023-java')
    expect(order).toMatchObject({
      subnets: [
        { subnet: 'subnet-0a1b2c3d4e5f67890', configuration: configuration('linux') },
        { subnet: 'subnet-0a1b2c3d4e5f67891', configuration: configuration('linux--2') },
      ],
      instanceTypes: fleet.infrastructure.linux?.instanceTypes,
    })
    expect(toExecutionInput(order)).toMatchObject({ subnets: ['subnet-0a1b2c3d4e5f67890', 'subnet-0a1b2c3d4e5f67891'] })
    const bare = oneImage()
    const web = bare.images.web as Image
    const adopted = {
      ...web,
      rings: ['early'],
      pipeline: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/theirs',
    }
    delete adopted.infrastructure
    for (const [of, name, image] of [
      [bare, 'web', web],
      [fleet, 'al2023-java', adopted],
    ] as const) {
      const without = orderRebake(of, name, image, ordering)
      expect(without).not.toHaveProperty('subnets')
      expect(toExecutionInput(without)).toMatchObject({ subnets: [] })
    }
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
