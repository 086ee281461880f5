import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { respond, seed } from './seed-parameters.ts'

const ssm = new SSMClient({})
const Event = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
  PhysicalResourceId: v.optional(text),
  ResourceProperties: v.object({ Parameters: v.array(text), Placeholder: text }),
})

export const handler = lambda(Event, async (event) => {
  try {
    await seed(ssm, event)
  } catch (error) {
    await respond(event, error as Error)
    throw error
  }
  await respond(event)
})
