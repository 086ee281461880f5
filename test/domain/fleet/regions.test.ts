import { RegionInfo } from 'aws-cdk-lib/region-info'
import { expect, it } from 'vitest'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { partitionOf, regions } from '../../../domain/fleet/regions.ts'

it('knows every public region that CDK knows, in the right partition', () => {
  const known = RegionInfo.regions.map(({ name, partition }) => [name, partition])
  const open = known.filter(([, partition]) => !partition?.includes('iso'))
  expect(Object.fromEntries(regions.map((region) => [region, partitionOf(region)]))).toEqual(Object.fromEntries(open))
})

/** What is wrong with a fleet that has all it has in one region. */
const problemsIn = (region: string): string => {
  const fleet = JSON.stringify({
    name: 'small',
    build: { account: '111122223333', region },
    upstreams: { soe: { platform: 'Linux', ami: { owner: '444455556666', name: 'soe-*' } } },
    infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
    components: { patch: { file: 'patch.yaml', platform: 'Linux' } },
    images: {
      web: {
        parent: 'soe',
        infrastructure: 'linux',
        components: ['patch'],
        volumes: [{ device: '/dev/xvda', size: 8 }],
      },
    },
    rings: { all: { accounts: ['222233334444'], regions: [region] } },
  })
  try {
    parseFleet(fleet, 'small.yaml')
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

it.each([
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
])('refuses a fleet in %s, with the reason, until somebody has deployed there', (region, partition, ending) => {
  expect(problemsIn(region)).toBe(
    `small.yaml:1:60: build.region: expected a region of another partition than ${partition}: names of services end in ${ending} there, and nobody has deployed Rebake there yet, found '${region}'`,
  )
})

it.each(['us-west-2', 'us-gov-east-1', 'us-gov-west-1'])('takes a fleet in %s', (region) => {
  expect(problemsIn(region)).toBe('')
})
