import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { startRetirement } from './start-retirement.ts'

const { RETIRE_STATE_MACHINE_ARN } = env('RETIRE_STATE_MACHINE_ARN')
const deps = { stepFunctions: new SFNClient({}), machineArn: RETIRE_STATE_MACHINE_ARN }

export const handler = createHandler(v.object({ time }), ({ time }) => startRetirement(deps, { time, by: 'schedule' }))
