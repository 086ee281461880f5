import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  childrenOf,
  componentPlatform,
  depth,
  descendantsOf,
  lineageOf,
  platformOf,
  remainingPath,
  upstreamOf,
} from '../../../domain/fleet/graph.ts'
import { arbitraryFleet, exampleFleet } from '../../support/fleets.ts'

describe('the example fleet', () => {
  const fleet = exampleFleet()

  it.each([
    ['al2023-soe', ['al2023-hardened']],
    ['al2023-hardened', ['al2023-java', 'al2023-node']],
    ['al2023-java', ['payments-api', 'orders-api']],
    ['web-frontend', []],
  ])('childrenOf(%s)', (name, children) => expect(childrenOf(fleet, name)).toEqual(children))

  it.each([
    ['ubuntu-soe', ['ubuntu-hardened', 'ubuntu-python', 'ml-inference']],
    ['windows-hardened', ['windows-iis', 'claims-portal']],
  ])('descendantsOf(%s)', (name, below) => expect(descendantsOf(fleet, name)).toEqual(below))

  it.each([
    ['al2023-hardened', 0, 'al2023-soe', 75],
    ['payments-api', 2, 'al2023-soe', 25],
    ['ubuntu-python', 1, 'ubuntu-soe', 65],
    ['windows-hardened', 0, 'windows-soe', 190],
  ])('%s is at depth %i below %s with %i minutes ahead', (image, level, upstream, ahead) => {
    expect(depth(fleet, image)).toBe(level)
    expect(upstreamOf(fleet, image)).toBe(upstream)
    expect(remainingPath(fleet, image)).toBe(ahead * 60)
  })
})

describe('the platform', () => {
  it.each([
    [{ arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-windows/x.x.x' }, 'Windows'],
    [{ arn: 'arn:aws:imagebuilder:us-west-2:aws:component/python-3-linux/1.0.0' }, 'Linux'],
    [{ arn: 'arn:aws:imagebuilder:us-west-2:444455556666:component/agent/x.x.x' }, undefined],
    [
      {
        arn: 'arn:aws:imagebuilder:us-west-2:444455556666:component/agent/x.x.x',
        platform: 'Linux' as const,
      },
      'Linux',
    ],
    [{ platform: 'Windows' as const, file: 'a.yaml' }, 'Windows'],
  ])('of the component %o is %s', (component, platform) => expect(componentPlatform(component)).toBe(platform))

  it('of an image follows from the first component that has one when its upstream has none', () => {
    const fleet = exampleFleet()
    for (const upstream of Object.values(fleet.upstreams)) delete upstream.platform
    expect(platformOf(fleet, 'claims-portal')).toBe('Windows')
    expect(platformOf(fleet, 'web-frontend')).toBe('Linux')
  })
})

describe('any fleet', () => {
  const property = (check: (fleet: ReturnType<typeof exampleFleet>) => void) =>
    fc.assert(fc.property(arbitraryFleet(), check), { numRuns: 200 })

  it('has every image below exactly one upstream', () =>
    property((fleet) => {
      const below = Object.keys(fleet.upstreams).flatMap((upstream) => descendantsOf(fleet, upstream))
      expect(below.toSorted()).toEqual(Object.keys(fleet.images).toSorted())
    }))

  it('lists parents before their children', () =>
    property((fleet) => {
      for (const upstream of Object.keys(fleet.upstreams)) {
        const order = [upstream, ...descendantsOf(fleet, upstream)]
        for (const image of order.slice(1))
          expect(order.indexOf(fleet.images[image]?.parent ?? '')).toBeLessThan(order.indexOf(image))
      }
    }))

  it('ends every lineage in the upstream that lists the image', () =>
    property((fleet) => {
      for (const image of Object.keys(fleet.images)) {
        expect(descendantsOf(fleet, upstreamOf(fleet, image))).toContain(image)
        expect(lineageOf(fleet, image)).toHaveLength(depth(fleet, image) + 2)
      }
    }))

  it('has the longest chain of estimates as the remaining path', () =>
    property((fleet) => {
      for (const image of Object.keys(fleet.images)) {
        const chains = [image, ...descendantsOf(fleet, image)].map((end) => {
          const lineage = lineageOf(fleet, end)
          return lineage
            .slice(0, lineage.indexOf(image) + 1)
            .reduce((sum, name) => sum + (fleet.images[name]?.estimate ?? 0), 0)
        })
        expect(remainingPath(fleet, image)).toBe(Math.max(...chains))
      }
    }))
})
