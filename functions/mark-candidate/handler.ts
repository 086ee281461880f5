import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { topic } from '../shared/notify.ts'
import { claimingParts } from '../shared/parts.ts'
import { arn, baked } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { markCandidate } from './mark-candidate.ts'

const { FLEET_NAME, TOPIC_ARN } = env('FLEET_NAME', 'TOPIC_ARN')
const parts = { ...claimingParts(), fleet: FLEET_NAME, ssm: new SSMClient({}), notify: topic(TOPIC_ARN) }
const Request = v.object({ ...baked.entries, execution: arn })

export const handler = lambda(Request, (request) => markCandidate(parts, request))
