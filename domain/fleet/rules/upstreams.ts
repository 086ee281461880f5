import { wrongKey, wrongValue } from '../problems.ts'
import { partitionOf } from '../regions.ts'
import type { Rule } from './scope.ts'

const kinds = ['ami', 'parameter', 'image', 'event'] as const

/** An upstream's AMIs come one way. */
export const oneKind: Rule = ({ fleet }) =>
  Object.entries(fleet.upstreams).flatMap(([key, upstream]) => {
    const given = kinds.filter((kind) => upstream[kind])
    if (given.length === 1) return []
    const found = given.join(' and ') || 'none of them'
    return [wrongKey(['upstreams', key], `expected one of ${kinds.join(', ')}, found ${found}`)]
  })

/** The fleet subscribes across regions, which SNS allows within a partition. */
export const announcements: Rule = ({ fleet, region: home }) =>
  Object.entries(fleet.upstreams).flatMap(([key, upstream]) => {
    const topic = upstream.parameter?.announcements
    if (topic === undefined || !home) return []
    const path = ['upstreams', key, 'parameter', 'announcements']
    const [, partition, , region = ''] = topic.split(':')
    const expected = partitionOf(home)
    if (partitionOf(region) === undefined)
      return [wrongValue(path, `expected a topic in an AWS region, found one in '${region}'`)]
    if (partition === expected && partitionOf(region) === expected) return []
    return [
      wrongValue(
        path,
        `expected a topic of partition ${expected}, as the build region ${home} is, found one in ${region} of ${partition}`,
      ),
    ]
  })
