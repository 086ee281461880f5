import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { resume } from './resume-wait.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const waits = taskWaits(dynamoLedger(LEDGER_TABLE))
const Event = v.object({
  time,
  resources: v.tuple([arn]),
  detail: v.object({ state: v.object({ status: text }) }),
})

export const handler = lambda(Event, (event) => resume(waits, event))
