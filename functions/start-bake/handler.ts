import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { claimingParts, waitingParts } from '../shared/parts.ts'
import { amiId, arn, rebake } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startBake } from './start-bake.ts'

const parts = {
  ...claimingParts(),
  ...waitingParts(),
  imageBuilder: new ImagebuilderClient({}),
  ssm: new SSMClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, parentAmi: amiId })

export const handler = lambda(Request, (request) => startBake(parts, request))
