import * as v from 'valibot'
import { closingParts } from '../shared/parts.ts'
import { arn, failure, rebake } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { fail } from './fail-rebake.ts'

const parts = closingParts()
const Request = v.object({ ...rebake.entries, execution: arn, failure })

export const handler = lambda(Request, (request) => fail(parts, request))
