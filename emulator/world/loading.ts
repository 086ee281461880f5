import type { Created, Place } from './template.ts'
import type { World } from './world.ts'

export type Properties = Record<string, unknown>

/** Makes one resource of a template in a world, as its service would. */
export type Load = (world: World, place: Place, logicalId: string, properties: never) => Created

/** The name that a resource has: its own, or the one that CloudFormation would give it. */
export const physical = (place: Place, logicalId: string, name: unknown) =>
  typeof name === 'string' ? name : `${place.stack}-${logicalId}`
