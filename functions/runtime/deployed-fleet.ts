import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'

/** What is laid beside the bundle of a function that decides: the fleet as deployed, checked at synth. */
export interface Deployed {
  fleet: Fleet
  /** `definitionOf` every image. */
  definitions: Record<string, string>
}

export const deployed = (): Deployed =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fleet.json'), 'utf8')) as Deployed
