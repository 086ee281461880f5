import { readFileSync } from 'node:fs'
import type { Fleet } from '../../domain/fleet/model.ts'

/** The fleet as it was deployed: checked at synth, and laid beside the bundle. */
export const deployedFleet = (): Fleet =>
  JSON.parse(readFileSync(new URL('./fleet.json', import.meta.url), 'utf8')) as Fleet
