import type { Fleet } from '../domain/fleet/model.ts'
import {
  buildPhases,
  type CommandOutcome,
  type ImageOutcome,
  type Random,
  type StartedImage,
} from '../emulator/index.ts'
import { imageBehind } from './adopted-pipelines.ts'
import type { Faults } from './faults.ts'

/** How builds and distributions go in a rehearsal: how long they take, and what becomes of them. */

interface Circumstances {
  fleet: Fleet
  random: Random
  faults: Faults
}

export function durationsOf({ fleet, random, faults }: Circumstances, image: StartedImage) {
  if (image.kind === 'distribution') return {}
  const name = imageBehind(fleet, image.arn)
  if (faults.has('event-early', name)) return buildPhases(0)
  const planned = fleet.images[name]
  const spread = 0.85 + 0.3 * random.fork(`duration/${image.arn}`).next()
  const phases = buildPhases((planned?.estimate ?? 2_400) * spread, planned?.tests)
  return faults.has('build-hangs', name) ? { ...phases, BUILDING: 30 * 24 * 3_600 } : phases
}

export function outcomeOf({ fleet, faults }: Circumstances, image: StartedImage): ImageOutcome {
  const name = imageBehind(fleet, image.arn)
  if (image.kind === 'distribution') {
    const ring = fleet.images[name]?.rings[0] ?? ''
    const { accounts: [account] = [], regions: [region] = [] } = fleet.rings[ring] ?? {}
    const first = image.distributionConfigurationArn?.endsWith(`/${fleet.name}-${name}-${ring}`)
    if (!account || !region || !first || !faults.has('copy-fails', name)) return {}
    return {
      failedCopies: [{ account, region, reason: 'You do not have permission to access the storage of this ami' }],
    }
  }
  if (faults.has('build-fails', name))
    return {
      failsAt: 'BUILDING',
      reason: `${failedIn('BUILDING')}: ${lastComponent(fleet, name)} exited with 1`,
    }
  if (faults.has('test-fails', name))
    return {
      failsAt: 'TESTING',
      reason: `${failedIn('TESTING')}: ${lastComponent(fleet, name)} exited with 1`,
    }
  if (faults.has('build-cancelled', name)) return { cancelledAt: 'BUILDING' }
  if (faults.has('ami-unencrypted', name)) return { unencrypted: true }
  if (faults.take('scan-finds', name)) return { findings: { critical: 3 } }
  return {}
}

/** How the smoke test of an image goes. */
export function smokeOf({ faults }: Pick<Circumstances, 'faults'>, image: string): CommandOutcome {
  if (faults.has('smoke-unreachable', image)) return { online: false }
  if (faults.has('smoke-hangs', image)) return { seconds: 30 * 24 * 3_600 }
  return faults.has('smoke-fails', image) ? { exitCode: 1, output: `${image} does not answer` } : {}
}

const failedIn = (phase: string) => `SSM execution failed with status = Failed in state = ${phase}`
const lastComponent = (fleet: Fleet, image: string) =>
  `the component ${fleet.images[image]?.components.at(-1)?.component ?? 'of the recipe'}`
