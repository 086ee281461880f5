import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { closingParts } from '../shared/parts.ts'
import { amiId, arn, rebake } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { release } from './release-image.ts'

const { FLEET_NAME } = env('FLEET_NAME')
const parts = {
  ...closingParts(),
  fleet: FLEET_NAME,
  ssm: new SSMClient({}),
  imageBuilder: new ImagebuilderClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, ami: amiId })

export const handler = lambda(Request, (request) => release(parts, request))
