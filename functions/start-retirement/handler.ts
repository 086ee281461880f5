import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startRetirement } from './start-retirement.ts'

const { RETIRE_STATE_MACHINE_ARN } = env('RETIRE_STATE_MACHINE_ARN')
const parts = { stepFunctions: new SFNClient({}), machineArn: RETIRE_STATE_MACHINE_ARN }

export const handler = lambda(v.object({ time }), ({ time }) => startRetirement(parts, { time, by: 'schedule' }))
