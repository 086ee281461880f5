import { expect, it } from 'vitest'
import { partitionOf, regions } from '../../../domain/fleet/regions.ts'
import { isArm } from '../../../domain/fleet/rules/images.ts'
import { architectureOf } from '../../../emulator/services/instance-types.ts'
import { Regions } from '../../../emulator/services/regions.ts'

/** The emulator has tables of its own: what ours has and it has not would fail in rehearsals only. */

it('has the regions that the emulator has', () => {
  const { DescribeRegions } = new Regions().operations
  const context = { account: '111122223333' } as Parameters<typeof DescribeRegions>[1]
  const theirs = DescribeRegions({}, context).Regions.map(({ RegionName }) => RegionName)
  expect(theirs).toEqual(regions.filter((region) => partitionOf(region) === 'aws').sort())
})

it.each(
  (
    'a1.large t3.micro t4g.micro m7i.large m7g.large c6gn.xlarge im4gn.large g4dn.xlarge g5g.xlarge hpc7g.4xlarge ' +
    'is4gen.medium x2gd.medium u-6tb1.metal u7i-12tb.224xlarge p4de.24xlarge mac2.metal inf2.xlarge r8gb.large'
  ).split(' '),
)('runs %s as the emulator does', (type) => {
  expect(architectureOf(type) === 'arm64').toBe(isArm(type))
})
