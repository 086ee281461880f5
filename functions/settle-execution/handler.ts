import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import { closeDeps, ledgerTable } from '../workflow/dependencies.ts'
import { settle } from './settle-execution.ts'

const table = ledgerTable()
const closing = closeDeps(table)
const deps = {
  ...closing,
  ledger: { ...closing.ledger, operations: new OperationStore(table), releases: new ReleaseStore(table) },
  imageBuilder: new ImagebuilderClient({}),
}
const Event = v.object({
  time,
  detail: v.object({
    executionArn: arn,
    name: text,
    status: v.picklist(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: v.nullish(v.string()),
    error: v.nullish(v.string()),
    cause: v.nullish(v.string()),
  }),
})

export const handler = createHandler(Event, (event) => settle(deps, event))
