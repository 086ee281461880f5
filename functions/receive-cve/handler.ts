import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployed } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { startingParts } from '../shared/parts.ts'
import { arn, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { receiveCve } from './receive-cve.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = { ...startingParts(), fleet: deployed().fleet, ledger: dynamoLedger(LEDGER_TABLE) }
const count = v.optional(v.number())
const Event = v.object({
  time,
  resources: v.array(arn),
  detail: v.object({
    'finding-severity-counts': v.object({ critical: count, high: count, medium: count }),
  }),
})

export const handler = lambda(Event, (event) => receiveCve(parts, event))
