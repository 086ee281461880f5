import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'

/** What is laid beside the bundle of a function that decides: the fleet as deployed, checked at synth. */
export interface Deployed {
  fleet: Fleet
  /** `definitionOf` every image. */
  definitions: Record<string, string>
  /** Of the Rebake that deployed it. */
  version: string
  /** The number of the form in which its functions store items: ledger/table.ts. */
  schema: number
}

export const deployed = (): Deployed =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fleet.json'), 'utf8')) as Deployed
