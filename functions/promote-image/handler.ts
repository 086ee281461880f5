import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { amiId, rebake } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { promote } from './promote-image.ts'

const { FLEET_NAME } = env('FLEET_NAME')
const parts = { fleet: FLEET_NAME, ssm: new SSMClient({}) }
const Request = v.object({ ...rebake.entries, ami: amiId })

export const handler = lambda(Request, (request) => promote(parts, request))
