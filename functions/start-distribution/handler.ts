import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { waitingParts } from '../shared/parts.ts'
import { arn, inRing } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startDistribution } from './start-distribution.ts'

const { DISTRIBUTION_ROLE_ARN: distributionRole } = env('DISTRIBUTION_ROLE_ARN')
const parts = { ...waitingParts(), imageBuilder: new ImagebuilderClient({}), distributionRole }
const Request = v.object({
  ...inRing.entries,
  execution: arn,
  imageArn: arn,
  distributionConfigurationArn: arn,
})

export const handler = lambda(Request, (request) => startDistribution(parts, request))
