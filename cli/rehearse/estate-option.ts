import { readFileSync } from 'node:fs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type Estate, parseEstate } from '../../rehearsal/estate.ts'
import { fileProblem, notValid } from '../problems.ts'

/**
 * What `--estate` names.
 * @throws BadInput if there is no such file, or with every problem of it on its own line
 */
export function readEstate(fleet: Fleet, file: string): Estate {
  try {
    return parseEstate(fleet, readFileSync(file, 'utf8'), file)
  } catch (error) {
    throw fileProblem(notValid(error, file), file, 'Name a file with --estate FILE; examples/estate.yaml is one.')
  }
}
