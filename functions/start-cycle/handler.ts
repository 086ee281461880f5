import * as v from 'valibot'
import { deployed } from '../runtime/deployed-fleet.ts'
import { createHandler } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { campaignDeps } from '../workflow/dependencies.ts'
import { startCycle } from './start-cycle.ts'

const deps = { ...campaignDeps(), fleet: deployed().fleet }
const Due = v.object({ cycle: text, time })

export const handler = createHandler(Due, (due) => startCycle(deps, due))
