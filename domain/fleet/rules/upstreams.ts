import { kindsOfUpstreams } from '../../upstream-kinds.ts'
import { wrongKey } from '../problems.ts'
import type { Rule } from './scope.ts'

/** An upstream's AMIs come one way. */
export const oneKind: Rule = ({ fleet }) =>
  Object.entries(fleet.upstreams).flatMap(([key, upstream]) => {
    const given = kindsOfUpstreams.filter((kind) => upstream[kind])
    if (given.length === 1) return []
    const found = given.join(' and ') || 'none of them'
    return [wrongKey(['upstreams', key], `expected one of ${kindsOfUpstreams.join(', ')}, found ${found}`)]
  })
