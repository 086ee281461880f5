import * as v from 'valibot'
import { deployed } from '../runtime/deployed-fleet.ts'
import { lambda } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { startingParts } from '../workflow/dependencies.ts'
import { startCycle } from './start-cycle.ts'

const parts = { ...startingParts(), fleet: deployed().fleet }
const Due = v.object({ cycle: text, time })

export const handler = lambda(Due, (due) => startCycle(parts, due))
