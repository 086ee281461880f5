import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { regionsWithFleetKey } from './targets.ts'

export const buildStackName = (fleet: Fleet) => resourceName(fleet.name, 'build')
export const keyStackName = (fleet: Fleet, region: string) => resourceName(fleet.name, `key-${region}`)
export const soeStackName = (fleet: Fleet) => resourceName(fleet.name, 'soe-account')
export const targetStackName = (fleet: Fleet) => resourceName(fleet.name, 'target-account')

/** The stacks of the build account, in the order of a deploy: a copy to a region is encrypted with the key there. */
export const deployedStacks = (fleet: Fleet): string[] => [
  ...regionsWithFleetKey(fleet).map((region) => keyStackName(fleet, region)),
  buildStackName(fleet),
]
