import { loadFleet } from '../fleet.ts'
import { clock } from '../options.ts'
import { fleetLines } from '../render/fleet.ts'
import { print, printed } from '../terminal/output.ts'

export interface CheckOptions {
  fleet: string
  /** ISO 8601; the machine's clock otherwise. */
  at?: string
}

export function check({ fleet: file, at = clock() }: CheckOptions): void {
  print(fleetLines(loadFleet(file), file, at, printed()))
}
