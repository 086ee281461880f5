import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { createHandler } from '../runtime/handler.ts'
import { arn, failure, rebake } from '../runtime/schemas.ts'
import { closeDeps } from '../workflow/dependencies.ts'
import { fail } from './fail-rebake.ts'

const deps = { ...closeDeps(), imageBuilder: new ImagebuilderClient({}) }
const Request = v.object({ ...rebake.entries, execution: arn, failure, unstarted: v.optional(v.boolean()) })

export const handler = createHandler(Request, (request) => fail(deps, request))
