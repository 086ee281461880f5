import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import * as v from 'valibot'
import { cloudWatchOf } from '../shared/alarms.ts'
import { env } from '../shared/env.ts'
import { waitingParts } from '../shared/parts.ts'
import { arn, inRing } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
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
