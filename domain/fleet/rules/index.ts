import { checkRules } from '../../check-kinds.ts'
import { upstreamRules } from '../../upstream-kinds.ts'
import type { FleetProblem } from '../problems.ts'
import { onePipeline, ownPipelines } from './adoption.ts'
import { openings } from './change-windows.ts'
import { parameterUse, sources, systems } from './components.ts'
import { enoughTime, oneArchitecture, onePlatform } from './images.ts'
import { agents, instanceSoftware, watermarks } from './instance-software.ts'
import { parts, sizes } from './limits.ts'
import { subnets } from './networks.ts'
import { subscriptions } from './notify.ts'
import { cveThresholds, cycleNames, cycleSelection } from './patch-cycles.ts'
import { placements } from './placements.ts'
import { ownPolicies } from './private-inputs.ts'
import { cycles, oneMeaning } from './references.ts'
import {
  alarmsRemembered,
  distinctNames,
  keys,
  noOverlap,
  noRepeats,
  onePartition,
  parameters,
  triedPartition,
} from './rings.ts'
import { times } from './schedules.ts'
import type { Rule, Scope } from './scope.ts'
import { alarms, approvers, reach, shares, templates } from './targets.ts'
import { oneKind } from './upstreams.ts'
import { deviceNames, growing, roots, volumeKeys, volumes } from './volumes.ts'
import { workflowParameters, workflowSources, workflowUses } from './workflows.ts'

const rules: Rule[] = [
  oneMeaning,
  cycles,
  oneKind,
  ...Object.values(upstreamRules).flat(),
  sources,
  systems,
  parameterUse,
  workflowSources,
  workflowParameters,
  workflowUses,
  onePlatform,
  oneArchitecture,
  volumes,
  deviceNames,
  roots,
  growing,
  volumeKeys,
  enoughTime,
  onePipeline,
  ownPipelines,
  ...Object.values(checkRules).flat(),
  alarms,
  approvers,
  reach,
  shares,
  templates,
  alarmsRemembered,
  noRepeats,
  noOverlap,
  distinctNames,
  triedPartition,
  onePartition,
  parameters,
  keys,
  subscriptions,
  times,
  openings,
  cycleNames,
  cycleSelection,
  cveThresholds,
  ownPolicies,
  subnets,
  placements,
  agents,
  instanceSoftware,
  watermarks,
  parts,
  sizes,
]

/** What the parts of a fleet say about each other. */
export const applyRules = (scope: Scope): FleetProblem[] => rules.flatMap((rule) => rule(scope))
