import { RegionInfo } from 'aws-cdk-lib/region-info'
import { expect, it } from 'vitest'
import { partitionOf, regions } from '../../../domain/fleet/regions.ts'

it('knows every public region that CDK knows, in the right partition', () => {
  const known = RegionInfo.regions.map(({ name, partition }) => [name, partition])
  const open = known.filter(([, partition]) => !partition?.includes('iso'))
  expect(Object.fromEntries(regions.map((region) => [region, partitionOf(region)]))).toEqual(Object.fromEntries(open))
})
