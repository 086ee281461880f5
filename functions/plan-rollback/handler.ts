import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, text, time } from '../runtime/schemas.ts'
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
