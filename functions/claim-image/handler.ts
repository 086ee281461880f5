import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { amiId, arn, rebake, text } from '../runtime/schemas.ts'
import { claimingParts } from '../workflow/dependencies.ts'
import { claim } from './claim-image.ts'

const { SUPERSEDE: supersede } = env('SUPERSEDE')
const parts = { ...claimingParts(), supersede, imageBuilder: new ImagebuilderClient({}) }
const Request = v.object({
  ...rebake.entries,
  taskToken: text,
  execution: arn,
  stage: v.picklist(['bake', 'roll-out']),
  parentAmi: amiId,
})

export const handler = lambda(Request, (request) => claim(parts, request))
