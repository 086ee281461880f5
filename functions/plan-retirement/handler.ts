import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployed } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { arn, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { clientsIn } from '../shared/usage.ts'
import { planRun, showPlan } from './plan-retirement.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const { fleet } = deployed()
const parts = { fleet, ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }
/** From the state machine; or from a person, who is shown the plan and nothing more. */
const Request = v.union([
  v.object({
    operation: text,
    execution: arn,
    time,
    by: text,
    reason: v.optional(text),
    act: v.optional(v.boolean(), false),
  }),
  v.object({ show: v.literal(true), time }),
])

export const handler = lambda(Request, async (request): Promise<object> => {
  const session = 'show' in request ? 'rebake-retire' : request.operation
  const all = { ...parts, clientsIn: clientsIn(fleet, session) }
  return 'show' in request ? showPlan(all, request.time) : planRun(all, request)
})
