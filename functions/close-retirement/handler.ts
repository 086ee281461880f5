import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, failure, text, time } from '../runtime/schemas.ts'
import { closeRetirement } from './close-retirement.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { operations: new OperationStore(table), releases: new ReleaseStore(table) },
  notify: topic(TOPIC_ARN),
}
const Request = v.object({ operation: text, execution: arn, time, failure: v.optional(failure) })

export const handler = createHandler(Request, (request) => closeRetirement(deps, request))
