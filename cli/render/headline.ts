import { resolve } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'
import { version } from '../../domain/product.ts'

/** The first line of what judges or deploys a fleet: which it is, and of which file. */
export const headline = (fleet: Fleet, file: string) => `Fleet ${fleet.name}, ${resolve(file)}, by Rebake ${version}`
