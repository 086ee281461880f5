import { loadFleet } from '../fleet.ts'
import { fleetLines } from '../render/fleet.ts'
import { print, printed } from '../terminal/output.ts'

export function check({ fleet: file }: { fleet: string }): void {
  print(fleetLines(loadFleet(file), file, printed()))
}
