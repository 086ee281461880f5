import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { expect, it } from 'vitest'
import { startRetirement } from '../../functions/start-retirement/start-retirement.ts'
import { mockOf } from '../support/mocks.ts'

const stepFunctions = mockOf(SFNClient)
const deps = { stepFunctions: new SFNClient({ region: 'eu-west-1' }), machineArn: 'arn:machine' }
const request = { time: '2026-09-20T06:00:00Z', by: 'schedule' }

it('starts the run of a time, and not again when Scheduler delivers twice', async () => {
  const taken = Object.assign(new Error('there is one'), { name: 'ExecutionAlreadyExists' })
  stepFunctions.on(StartExecutionCommand).resolvesOnce({}).rejects(taken)
  const operation = 'retire-20260920T060000Z'
  expect(await startRetirement(deps, request)).toEqual({ operation, started: true })
  expect(await startRetirement(deps, request)).toEqual({ operation, started: false })
  expect(stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: 'arn:machine',
    name: operation,
    input: JSON.stringify(request),
  })
})
