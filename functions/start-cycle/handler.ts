import * as v from 'valibot'
import { deployed } from '../shared/fleet.ts'
import { startingParts } from '../shared/parts.ts'
import { text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startCycle } from './start-cycle.ts'

const parts = { ...startingParts(), fleet: deployed().fleet }
const Due = v.object({ cycle: text, time })

export const handler = lambda(Due, (due) => startCycle(parts, due))
