import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { text, time } from '../runtime/schemas.ts'
import { startingParts } from '../workflow/dependencies.ts'
import { close } from './close-revocation.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ...startingParts(), ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }

export const handler = lambda(v.object({ operation: text, time }), (request) => close(parts, request))
