import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { amiId, arn, rebake, text } from '../runtime/schemas.ts'
import { lockDeps } from '../workflow/dependencies.ts'
import { claim } from './acquire-lock.ts'

const { SUPERSEDE: supersede } = env('SUPERSEDE')
const deps = { ...lockDeps(), supersede, imageBuilder: new ImagebuilderClient({}) }
const Request = v.object({
  ...rebake.entries,
  taskToken: text,
  execution: arn,
  stage: v.picklist(['bake', 'roll-out']),
  parentAmi: amiId,
})

export const handler = createHandler(Request, (request) => claim(deps, request))
