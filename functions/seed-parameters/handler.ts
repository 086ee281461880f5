import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { respond, seed } from './seed-parameters.ts'

const parts = { ssm: new SSMClient({}), ec2: new EC2Client({}) }
const Parent = v.object({ Parameter: text, Owner: text, AmiName: text, Architecture: text })
const Properties = v.object({ Parents: v.array(Parent), Placeholder: text })
const Event = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
  PhysicalResourceId: v.optional(text),
  ResourceProperties: v.unknown(),
})

export const handler = lambda(Event, async (event) => {
  try {
    // Checked inside, because CloudFormation waits for an answer whatever the template says.
    await seed(parts, { ...event, ResourceProperties: v.parse(Properties, event.ResourceProperties) })
  } catch (error) {
    await respond(event, error as Error)
    throw error
  }
  await respond(event)
})
