import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { arn, text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startDistribution } from './start-distribution.ts'

const { DISTRIBUTION_ROLE_ARN } = env('DISTRIBUTION_ROLE_ARN')
const parts = { imageBuilder: new ImagebuilderClient({}), distributionRole: DISTRIBUTION_ROLE_ARN }
const Request = v.object({
  execution: text,
  campaign: text,
  image: text,
  imageArn: arn,
  ring: text,
  distributionConfigurationArn: arn,
})

export const handler = lambda(Request, (request) => startDistribution(parts, request))
