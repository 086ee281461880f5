import { wrongValue } from '../problems.ts'
import { partitionOf } from '../regions.ts'
import type { Rule } from './scope.ts'

/** The fleet subscribes across regions, which SNS allows within a partition. */
export const hintTopics: Rule = ({ fleet, region: home }) =>
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
