import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import * as v from 'valibot'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, inRing } from '../runtime/schemas.ts'
import { waitingParts } from '../workflow/dependencies.ts'
import { startDistribution } from './start-distribution.ts'

const { DISTRIBUTION_ROLE_ARN: distributionRole } = env('DISTRIBUTION_ROLE_ARN')
const waiting = waitingParts()
const parts = {
  ...waiting,
  imageBuilder: new ImagebuilderClient({}),
  organizations: new OrganizationsClient({}),
  cloudWatch: cloudWatchOf(waiting.fleet.name),
  distributionRole,
}
const Request = v.object({ ...inRing.entries, execution: arn, imageArn: arn })

export const handler = lambda(Request, (request) => startDistribution(parts, request))
