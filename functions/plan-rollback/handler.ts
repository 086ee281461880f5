import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployed } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { planRollback } from './plan-rollback.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = {
  fleet: deployed().fleet,
  ledger: dynamoLedger(LEDGER_TABLE),
  stepFunctions: new SFNClient({}),
}
const optional = v.optional(text)
const Request = v.object({
  execution: arn,
  time,
  image: text,
  to: optional,
  ring: optional,
  reason: text,
  by: text,
  hold: v.boolean(),
})

export const handler = lambda(Request, (request) => planRollback(parts, request))
