import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { closingParts } from '../shared/parts.ts'
import { arn, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { settle } from './settle-execution.ts'

const parts = { ...closingParts(), imageBuilder: new ImagebuilderClient({}) }
const Event = v.object({
  time,
  detail: v.object({
    executionArn: arn,
    name: text,
    status: v.picklist(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: v.nullish(v.string()),
    error: v.nullish(v.string()),
    cause: v.nullish(v.string()),
  }),
})

export const handler = lambda(Event, (event) => settle(parts, event))
