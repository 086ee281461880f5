import { kindsOfTriggers, triggerKinds } from '../../trigger-kinds.ts'
import type { Fleet } from '../model.ts'
import { wrongKey, wrongValue } from '../problems.ts'
import { selectedBy } from '../selection.ts'
import { rooted } from './images.ts'
import type { Rule, Scope } from './scope.ts'

/** Campaigns of other kinds begin with the first names, and three schedules have the others. */
const taken = [
  ...kindsOfTriggers.filter((kind) => triggerKinds[kind].namedAfter === 'kind'),
  'poll-upstreams',
  'reconcile-images',
  'start-retirement',
]

/** A campaign is named after its patch cycle, its upstream or its kind: a name must tell which. */
export const cycleNames: Rule = ({ fleet, names }) =>
  Object.keys(fleet.patchCycles).flatMap((key) => {
    const path = ['patchCycles', key]
    if (names.upstreams?.includes(key))
      return [wrongKey(path, 'expected a name that no upstream has: campaigns are named after either')]
    if (taken.includes(key))
      return [
        wrongKey(path, `expected another name than ${taken.join(', ')}: other campaigns and schedules are named so`),
      ]
    return []
  })

export const cycleSelection: Rule = (scope) =>
  wholeIn(scope)
    ? Object.entries(scope.fleet.patchCycles)
        .filter(([, cycle]) => leadsSomewhere(scope, cycle) && selectedBy(scope.fleet, cycle).length === 0)
        .map(([key]) =>
          wrongKey(['patchCycles', key], 'expected at least one image that is all that it says, found none'),
        )
    : []

/** Whether all images are there and lead up to an upstream; else it is known already what is wrong. */
const wholeIn = ({ fleet, names }: Scope) => names.images?.length === rooted(fleet).length

/** A name that leads nowhere is a problem of its own: see references.ts. */
const leadsSomewhere = ({ names }: Scope, { upstreams }: Fleet['patchCycles'][string]) =>
  upstreams?.every((name) => names.upstreams?.includes(name)) ?? true

export const cveThresholds: Rule = ({ fleet }) => {
  const { cves } = fleet
  return cves && cves.critical === undefined && cves.high === undefined && cves.medium === undefined
    ? [wrongValue(['cves'], 'expected at least one of critical, high and medium, found none of them')]
    : []
}
