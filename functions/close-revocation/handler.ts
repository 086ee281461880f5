import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { startingParts } from '../shared/parts.ts'
import { text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { close } from './close-revocation.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ...startingParts(), ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }

export const handler = lambda(v.object({ operation: text, time }), (request) => close(parts, request))
