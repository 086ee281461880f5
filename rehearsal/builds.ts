import type { Fleet } from '../domain/fleet/model.ts'
import {
  buildPhases,
  type CommandOutcome,
  type ImageOutcome,
  type PhaseDurations,
  type Random,
  type StartedImage,
} from '../emulator/index.ts'
import { imageBehind } from './adopted-pipelines.ts'
import type { Faults } from './faults.ts'

/** How builds and distributions go in a rehearsal: how long they take, and what becomes of them. */

interface BuildContext {
  fleet: Fleet
  random: Random
  faults: Faults
}

export function durationsOf({ fleet, random, faults }: BuildContext, image: StartedImage): PhaseDurations {
  if (image.kind === 'distribution') return {}
  const name = imageBehind(fleet, image.arn)
  const planned = fleet.images[name]
  const spread = 0.85 + 0.3 * random.fork(`duration/${image.arn}`).next()
  const usual = buildPhases((planned?.estimate ?? 2_400) * spread, planned?.tests)
  return faults.at('durations', name, usual) ?? usual
}

export function outcomeOf({ fleet, faults }: BuildContext, image: StartedImage): ImageOutcome {
  const name = imageBehind(fleet, image.arn)
  if (image.kind === 'build') return faults.buildOutcome(name, fleet)
  const ring = fleet.images[name]?.rings[0] ?? ''
  const { accounts: [account] = [], regions: [region] = [] } = fleet.rings[ring] ?? {}
  const isFirst = image.distributionConfigurationArn?.endsWith(`/${fleet.name}-${name}-${ring}`)
  if (!account || !region || !isFirst) return {}
  return faults.at('copy', name, { account, region }) ?? {}
}

/** How the smoke test of an image goes. */
export const smokeOf = ({ faults }: Pick<BuildContext, 'faults'>, image: string): CommandOutcome =>
  faults.at('smoke test', image) ?? {}
