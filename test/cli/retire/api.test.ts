import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Failed } from '../../../cli/problems.ts'
import { retiringIn } from '../../../cli/retire/api.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { mockOf } from '../../support/mocks.ts'
import { smallFleet } from '../small-fleet.ts'

const lambda = mockOf(LambdaClient)
const stepFunctions = mockOf(SFNClient)
const dynamo = mockOf(DynamoDBClient)
const retiring = () => retiringIn(deploymentOf(parseFleet(smallFleet, 'fleet.yaml'), undefined, {}))
const request = {
  time: '2026-09-20T06:00:00Z',
  by: 'arn:aws:iam::111122223333:user/alice',
  act: true as const,
}
const operation = 'retire-20260920T060000Z'
const execution = 'arn:aws:states:eu-west-1:111122223333:execution:golden-retire:retire-20260920T060000Z'

beforeEach(() => {
  for (const mock of [lambda, stepFunctions, dynamo]) mock.reset()
})

it('asks the function of the fleet for the plan', async () => {
  const plan = { releases: [], uses: {} }
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(plan)) as never })
  expect(await retiring().plan(request.time)).toEqual(plan)
  expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
    FunctionName: 'golden-plan-retirement',
    Payload: JSON.stringify({ show: true, time: request.time }),
  })
})

it.each([
  [{ errorType: 'RequestRefused', errorMessage: 'none' }, 'It was not taken: none.'],
  [{ errorType: 'Transient', errorMessage: 'busy' }, 'The function plan-retirement failed: Transient: busy.'],
])('says why there is none: %j', async (payload, message) => {
  lambda.on(InvokeCommand).resolves({
    FunctionError: 'Unhandled',
    Payload: Buffer.from(JSON.stringify(payload)) as never,
  })
  const problem = await retiring()
    .plan(request.time)
    .catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(Failed)
  expect((problem as Error).message).toContain(message)
})

it('starts the run of a time, once', async () => {
  stepFunctions
    .on(StartExecutionCommand)
    .resolvesOnce({})
    .rejects(Object.assign(new Error('there is one'), { name: 'ExecutionAlreadyExists' }))
  for (const _ of [1, 2]) await retiring().start(request)
  expect(stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:golden-retire',
    name: operation,
    input: JSON.stringify(request),
  })
})

const place = { account: '123456789012', region: 'eu-west-1' }
const withdrawal = { ...place, amis: [{ image: 'web', version: '1.0.1/1', ami: 'ami-1', action: 'remove' }] }

/** The ledger holds a place of the run, and its own record. */
function remembered(record: object) {
  const key = { pk: `OPERATION#${operation}`, sk: 'WITHDRAW#123456789012#eu-west-1' }
  dynamo.on(QueryCommand).resolves({ Items: [marshall({ ...key, ...withdrawal })] })
  dynamo.on(GetItemCommand).resolves({ Item: marshall({ ...key, sk: 'OPERATION', ...record }) })
}

it.each([
  ['RUNNING', { status: 'running' }, 'running', []],
  ['SUCCEEDED', { status: 'finished', problems: [] }, 'finished', []],
  ['FAILED', { status: 'failed', problems: ['eu-west-1: no role'] }, 'failed', ['eu-west-1: no role']],
  // The execution died before it could say so itself.
  ['ABORTED', { status: 'running' }, 'failed', ['the execution is ABORTED']],
] as const)('says how far a run is: %s', async (status, record, expected, problems) => {
  stepFunctions.on(DescribeExecutionCommand, { executionArn: execution }).resolves({ status })
  remembered(record)
  expect(await retiring().look(operation)).toEqual({
    status: expected,
    withdrawals: [withdrawal],
    leftovers: [],
    problems,
  })
})
