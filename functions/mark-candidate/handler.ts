import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { claimingParts } from '../shared/parts.ts'
import { arn, baked } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { markCandidate } from './mark-candidate.ts'

const { FLEET_NAME } = env('FLEET_NAME')
const parts = { ...claimingParts(), fleet: FLEET_NAME, ssm: new SSMClient({}) }
const Request = v.object({ ...baked.entries, execution: arn })

export const handler = lambda(Request, (request) => markCandidate(parts, request))
