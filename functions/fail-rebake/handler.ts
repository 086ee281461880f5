import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { ReleaseStore } from '../../ledger/releases.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, failure, rebake } from '../runtime/schemas.ts'
import { closeDeps, ledgerTable } from '../workflow/dependencies.ts'
import { fail } from './fail-rebake.ts'

const table = ledgerTable()
const closing = closeDeps(table)
const deps = {
  ...closing,
  ledger: { ...closing.ledger, releases: new ReleaseStore(table) },
  imageBuilder: new ImagebuilderClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, failure, unstarted: v.optional(v.boolean()) })

export const handler = createHandler(Request, (request) => fail(deps, request))
