import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Fleet } from '../domain/fleet/model.ts'
import { judgeFleet } from '../domain/fleet/parse.ts'
import type { Problem } from '../domain/fleet/problems.ts'
import { fileProblem, notValid } from './problems.ts'

/**
 * Reads and checks a fleet file and the component files that it names, which are relative to it.
 * @throws BadInput with every problem on its own line as `file:line:column: message`
 */
export const loadFleet = (file: string): Fleet => loadJudged(file).fleet

/** The fleet as loadFleet has it, with what in it is valid, and yet hardly what somebody wants. */
export function loadJudged(file: string): { fleet: Fleet; warnings: Problem[] } {
  const text = readFleet(file)
  try {
    return judgeFleet(text, file, (path) => readIfThere(resolve(dirname(file), path)))
  } catch (error) {
    throw notValid(error, file)
  }
}

/** Reads the component files that a fleet file names; loadFleet has found that they are there. */
export const readComponent = (fleetFile: string) => (path: string) =>
  readFileSync(resolve(dirname(fleetFile), path), 'utf8')

function readFleet(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fileProblem(error, file, 'Run where your fleet.yaml is, or name the fleet file with --fleet FILE.')
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
