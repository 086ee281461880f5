import type { Finding } from '../problems.ts'
import { parameterUse, sources } from './components.ts'
import { enoughTime, oneArchitecture, onePlatform, volumes } from './images.ts'
import { cycles, oneMeaning } from './references.ts'
import { distinctNames, keys, noOverlap, noRepeats, onePartition, parameters } from './rings.ts'
import type { Rule, Scope } from './scope.ts'

const rules: Rule[] = [
  ...[oneMeaning, cycles],
  ...[sources, parameterUse],
  ...[onePlatform, oneArchitecture, volumes, enoughTime],
  ...[noRepeats, noOverlap, distinctNames, onePartition, parameters, keys],
]

/** What the parts of a fleet say about each other. */
export const applyRules = (scope: Scope): Finding[] => rules.flatMap((rule) => rule(scope))
