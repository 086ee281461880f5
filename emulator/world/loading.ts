import type { Created, Place } from './template.ts'
import type { World } from './world.ts'

export type Properties = Record<string, unknown>

/** Where a resource is made. */
export interface Site extends Place {
  /** Follows the name that CloudFormation gives one: '' for the first, and another for each that comes after it. */
  suffix: string
}

/** Makes one resource of a template in a world, as its service would. */
type Load = (world: World, site: Site, logicalId: string, properties: never) => Created | Promise<Created>

/** What is there: its properties, and what creating it gave. */
export interface Present<P = never> {
  logicalId: string
  properties: P
  created: Created
}

/** How resources of a type come, change in place, and go. */
export interface Kind {
  create: Load
  /** Default: what `create` makes takes the place of what is there. */
  change?: (world: World, site: Site, present: Present, properties: never) => Created | Promise<Created>
  remove: (world: World, site: Site, present: Present) => void | Promise<void>
}

/** The name that a resource has: its own, or the one that CloudFormation would give it. */
export const physical = (site: Site, logicalId: string, name: unknown) =>
  typeof name === 'string' ? name : `${site.stack}-${logicalId}${site.suffix}`
