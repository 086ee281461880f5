import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { createHandler } from '../runtime/handler.ts'
import { amiId, arn, rebake } from '../runtime/schemas.ts'
import { ledgerTable, lockDeps, windowDeps } from '../workflow/dependencies.ts'
import { startBake } from './start-bake.ts'

const table = ledgerTable()
const deps = {
  ...lockDeps(table),
  ...windowDeps(table),
  imageBuilder: new ImagebuilderClient({}),
  ssm: new SSMClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, parentAmi: amiId })

export const handler = createHandler(Request, (request) => startBake(deps, request))
