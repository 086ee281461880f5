import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { smallFleet } from './small-fleet.ts'

/** A fleet file in a directory of its own, which is gone after the tests of the file. */
export function fleetFile(text = smallFleet): { directory: string; fleet: string } {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
  const fleet = join(directory, 'fleet.yaml')
  writeFileSync(fleet, text)
  afterAll(() => rmSync(directory, { recursive: true }))
  return { directory, fleet }
}
