import * as v from 'valibot'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { dynamoLedger } from '../../ledger/table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, rebake, text } from '../runtime/schemas.ts'
import { promote } from './promote-channels.ts'
import { publish } from './publish-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const parts = { fleet: FLEET_NAME, ledger: dynamoLedger(LEDGER_TABLE), cloudWatch: cloudWatchOf(FLEET_NAME) }

/** Without a ring, it is through the last. */
const Request = v.object({ ...rebake.entries, execution: arn, ring: v.optional(text) })

export const handler = lambda(Request, async ({ ring, ...request }) =>
  ring === undefined ? await promote(parts, request) : await publish(parts, { ...request, ring }),
)
