import * as v from 'valibot'
import { lambda } from '../runtime/handler.ts'
import { arn, failure, rebake } from '../runtime/schemas.ts'
import { closingParts } from '../workflow/dependencies.ts'
import { fail } from './fail-rebake.ts'

const parts = closingParts()
const Request = v.object({ ...rebake.entries, execution: arn, failure })

export const handler = lambda(Request, (request) => fail(parts, request))
