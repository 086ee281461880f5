import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { lambda } from '../runtime/handler.ts'
import { amiId, arn, rebake } from '../runtime/schemas.ts'
import { claimingParts, ledgerTable, waitingParts } from '../workflow/dependencies.ts'
import { startBake } from './start-bake.ts'

const table = ledgerTable()
const parts = {
  ...claimingParts(table),
  ...waitingParts(table),
  imageBuilder: new ImagebuilderClient({}),
  ssm: new SSMClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, parentAmi: amiId })

export const handler = lambda(Request, (request) => startBake(parts, request))
