import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { startRetirement } from './start-retirement.ts'

const { RETIRE_STATE_MACHINE_ARN } = env('RETIRE_STATE_MACHINE_ARN')
const parts = { stepFunctions: new SFNClient({}), machineArn: RETIRE_STATE_MACHINE_ARN }

export const handler = lambda(v.object({ time }), ({ time }) => startRetirement(parts, { time, by: 'schedule' }))
