import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { upstreamDeps } from '../../aws/upstreams.ts'
import { measureDeployment } from '../reconcile-images/measure-fleet.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler, measure } from '../runtime/handler.ts'
import { text } from '../runtime/schemas.ts'
import { respond, seed } from './seed-parameters.ts'

const { IMAGE_BUILDER_ARN_PREFIX } = env('IMAGE_BUILDER_ARN_PREFIX')
const { fleet } = deployed()
const upstreams = upstreamDeps(fleet.name, IMAGE_BUILDER_ARN_PREFIX, new EC2Client({}), 'seed-parameters')
const deps = { fleet, ssm: new SSMClient({}), upstreams }
const Parent = v.object({ Parameter: text, Upstream: text, Placeholder: text })
const Properties = v.object({ Parents: v.array(Parent) })
const Event = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
  PhysicalResourceId: v.optional(text),
  ResourceProperties: v.unknown(),
})

export const handler = createHandler(Event, async (event) => {
  try {
    // Checked inside, because CloudFormation waits for an answer whatever the template says.
    await seed(deps, { ...event, ResourceProperties: v.parse(Properties, event.ResourceProperties) })
    if (event.RequestType !== 'Delete') measureDeployment({ fleet, measure })
  } catch (error) {
    await respond(event, error as Error)
    throw error
  }
  await respond(event)
})
