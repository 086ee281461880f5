import * as v from 'valibot'
import { claimingParts } from '../shared/parts.ts'
import { arn, rebake, text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { claim } from './claim-image.ts'

const parts = claimingParts()
const Request = v.object({ ...rebake.entries, taskToken: text, execution: arn })

export const handler = lambda(Request, (request) => claim(parts, request))
