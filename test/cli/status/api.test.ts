import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { BadInput } from '../../../cli/problems.ts'
import { statusIn } from '../../../cli/status/api.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { mockOf } from '../../support/mocks.ts'
import { timedFleet } from '../timed-fleet.ts'

const dynamo = mockOf(DynamoDBClient)
const sfn = mockOf(SFNClient)
const fleet = timedFleet()
const served = 'http://127.0.0.1:4566'
const open = (endpoint?: string) => statusIn(deploymentOf(fleet, endpoint, {}))
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:golden-campaign'
const arn = (name: string) => `${machine.replace(':stateMachine:', ':execution:')}:${name}`
const day = (date: number) => new Date(Date.UTC(2026, 8, date, 6))

const listed = (name: string, status: 'RUNNING' | 'SUCCEEDED' | 'ABORTED', started: number, stopped?: number) => ({
  name,
  status,
  executionArn: arn(name),
  stateMachineArn: machine,
  startDate: day(started),
  ...(stopped && { stopDate: day(stopped) }),
})

beforeEach(() => {
  for (const mock of [dynamo, sfn]) mock.reset()
  dynamo.on(GetItemCommand).resolves({})
  dynamo.on(QueryCommand).resolves({ Items: [] })
})

describe('the campaigns', () => {
  beforeEach(() => {
    const page = { stateMachineArn: machine, statusFilter: 'RUNNING' as const }
    sfn.on(ListExecutionsCommand, page).resolves({ executions: [listed('d', 'RUNNING', 4)], nextToken: 'more' })
    sfn.on(ListExecutionsCommand, { ...page, nextToken: 'more' }).resolves({ executions: [listed('a', 'RUNNING', 1)] })
    sfn.on(ListExecutionsCommand, { stateMachineArn: machine, maxResults: 100 }).resolves({
      executions: [listed('d', 'RUNNING', 4), listed('c', 'ABORTED', 3, 5), listed('b', 'SUCCEEDED', 2, 6)],
    })
  })

  it('are those whose executions run, the oldest first, and the one that stopped last', async () => {
    expect(await open().open()).toEqual(['a', 'd'])
    expect(await open().ended()).toBe('b')
  })

  it('may be none', async () => {
    sfn.reset()
    sfn.on(ListExecutionsCommand).resolves({ executions: [] })
    expect(await open().open()).toEqual([])
    expect(await open().ended()).toBeUndefined()
  })

  it('tell a rehearsal what time it is', async () => {
    const [rehearsed, real] = [open(served), open()]
    for (const each of [rehearsed, real]) await each.open()
    expect(rehearsed.now()).toBe(day(4).toISOString())
    await rehearsed.ended()
    expect(rehearsed.now()).toBe(day(6).toISOString())
    expect(real.now() > '2026-10').toBe(true)
  })
})

const item = (image: string, more: object) =>
  marshall({ pk: 'CAMPAIGN#c', sk: `IMAGE#${image}`, image, reason: '', plan: { decision: 'bake' }, ...more })
const record = marshall({
  pk: 'CAMPAIGN#c',
  sk: 'CAMPAIGN',
  campaign: 'c',
  status: 'running',
  startedAt: day(1).toISOString(),
})
const entered = (name: string, date: number, id = 9) => ({
  id,
  type: 'TaskStateEntered' as const,
  timestamp: day(date),
  stateEnteredEventDetails: { name },
})
const other = { id: 8, type: 'TaskScheduled' as const, timestamp: day(9) }

describe('a campaign', () => {
  it('has the newest step of each image that runs, and not that of its children', async () => {
    dynamo.on(QueryCommand).resolves({
      Items: [
        record,
        item('base', { status: 'candidate', execution: 'arn:base' }),
        item('web', { status: 'released', execution: 'arn:web', finishedAt: day(3).toISOString() }),
        item('java', { status: 'planned' }),
      ],
    })
    const asked = {
      executionArn: 'arn:base',
      reverseOrder: true,
      includeExecutionData: false,
      maxResults: 50,
    }
    const children = [other, entered('Rebake Child', 8), entered('Roll Out and Rebake Children', 7)]
    sfn.on(GetExecutionHistoryCommand, asked).resolves({ events: children, nextToken: 'older' })
    sfn
      .on(GetExecutionHistoryCommand, { ...asked, nextToken: 'older' })
      .resolves({ events: [other, entered('Acquire Rollout Lock', 5), entered('Mark Candidate', 4)] })
    const status = open(served)
    const seen = await status.campaign('c')
    expect(seen).toMatchObject({ campaign: 'c', record: { status: 'running' }, approvals: [] })
    expect(seen.images.map(({ image }) => image)).toEqual(['base', 'web', 'java'])
    expect(seen.steps).toEqual(new Map([['base', { name: 'Acquire Rollout Lock', since: day(5).toISOString() }]]))
    expect(sfn.commandCalls(GetExecutionHistoryCommand)).toHaveLength(2)
    expect(status.now()).toBe(day(5).toISOString())
  })

  it('says whose turn it is where somebody waits for theirs', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [record, item('base', { status: 'baking', execution: 'arn:base' })] })
    const claims = { held: [{ image: 'web' }], queue: [], superseded: [] }
    dynamo.on(GetItemCommand).resolves({ Item: marshall({ pk: 'CLAIMS', sk: 'CLAIMS', version: 1, ...claims }) })
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [entered('Acquire Bake Lock', 2)] })
    expect((await open().campaign('c')).claims).toEqual(claims)
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [entered('Await Bake', 2)] })
    expect((await open().campaign('c')).claims.held).toEqual([])
  })

  it('says what is asked where somebody waits for an approval', async () => {
    const order = {
      campaign: 'c',
      rings: [{ ring: 'canary' }, { ring: 'everyone', approval: { approvers: [] } }],
    }
    const base = item('base', { status: 'candidate', execution: 'arn:base', order })
    dynamo.on(QueryCommand).resolves({ Items: [record, base] })
    dynamo
      .on(GetItemCommand, { Key: marshall(keyOf('image', { campaign: 'c', image: 'base' })) })
      .resolves({ Item: base })
    dynamo
      .on(GetItemCommand, { Key: marshall({ pk: 'CAMPAIGN#c', sk: 'APPROVAL#base#everyone' }) })
      .resolves({ Item: marshall({ image: 'base', ring: 'everyone', until: day(4).toISOString() }) })
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [entered('Request Approval', 2)] })
    expect((await open().campaign('c')).approvals).toMatchObject([{ image: 'base', ring: 'everyone' }])
  })

  it.each([
    ['RUNNING', undefined, 'running'],
    ['SUCCEEDED', 5, 'finished'],
    ['FAILED', 5, 'failed'],
    ['TIMED_OUT', 5, 'failed'],
    ['ABORTED', 5, 'aborted'],
  ] as const)('that the ledger does not have is what its execution is: %s', async (status, stopped, expected) => {
    const reason = 'manually'
    const trigger = { kind: 'manual', images: ['base'], time: '2026-09-01T06:00:00Z', reason }
    sfn.on(DescribeExecutionCommand, { executionArn: arn('c') }).resolves({
      status,
      startDate: day(1),
      input: JSON.stringify({ trigger }),
      ...(stopped && { stopDate: day(stopped) }),
    })
    expect((await open().campaign('c')).record).toEqual({
      status: expected,
      startedAt: day(1).toISOString(),
      trigger,
      ...(stopped && { finishedAt: day(stopped).toISOString() }),
    })
  })

  it('may be none', async () => {
    const missing = new ExecutionDoesNotExist({ message: 'x', $metadata: { httpStatusCode: 400 } })
    sfn.on(DescribeExecutionCommand).rejects(missing)
    await expect(open().campaign('c')).rejects.toThrow(
      new BadInput('There is no campaign c. `npx --no-install rebake status` lists those that are open.'),
    )
  })
})

it('has what is held, and what is done to releases, whether or not it holds an image', async () => {
  const held = { at: '2026-09-01T06:00:00Z', by: 'alice', reason: 'it broke' }
  const images = { base: { held: { ...held, operation: 'rollback-1' } }, java: { held }, web: {} }
  const known = { pk: 'FLEET', sk: 'FLEET', version: 1, campaigns: 1, upstreams: {}, images }
  dynamo.on(GetItemCommand, { Key: marshall(keyOf('fleetState', {})) }).resolves({ Item: marshall(known) })
  const operation = { operation: 'rollback-1', kind: 'rollback', status: 'running', by: 'alice' }
  dynamo
    .on(GetItemCommand, { Key: marshall({ pk: 'OPERATION#rollback-1', sk: 'OPERATION' }) })
    .resolves({ Item: marshall({ pk: 'OPERATION#rollback-1', sk: 'OPERATION', ...operation }) })
  const revocation = { operation: 'revoke-1', kind: 'revocation', status: 'running', by: 'bob' }
  dynamo
    .on(GetItemCommand, { Key: marshall({ pk: 'OPERATION#revoke-1', sk: 'OPERATION' }) })
    .resolves({ Item: marshall({ pk: 'OPERATION#revoke-1', sk: 'OPERATION', ...revocation }) })
  sfn.on(ListExecutionsCommand).callsFake(({ stateMachineArn, statusFilter }) => ({
    executions: stateMachineArn.endsWith('-revoke') && statusFilter === 'RUNNING' ? [{ name: 'revoke-1' }] : [],
  }))
  expect(await open().standing()).toEqual({
    held: [
      { image: 'base', ...held, operation: 'rollback-1' },
      { image: 'java', ...held },
    ],
    operations: [revocation, operation],
    approvals: [],
  })
})
