import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import { type LockRequest, type Locks, noLocks } from '../../domain/locks.ts'
import { emptyFleetState, type FleetState } from '../../domain/planning/fleet-state.ts'
import { sweepExecutions } from '../../functions/reconcile-images/sweep-executions.ts'
import type { StoppedExecution } from '../../functions/settle-execution/settle-execution.ts'
import { current, upstream } from '../domain/planning/situations.ts'
import { executionOf } from '../support/campaign.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(SFNClient)
const machine = (name: string) => `arn:aws:states:us-west-2:111122223333:stateMachine:golden-${name}`
const campaignOf = (name: string) => `arn:aws:states:us-west-2:111122223333:execution:golden-campaign:${name}`
const time = '2026-09-08T12:00:00Z'
const web = executionOf('web', 'c1')
const claim = (holder: string, image: string, more: Partial<LockRequest> = {}) => ({
  holder,
  image,
  stage: 'bake' as const,
  campaign: 'c1',
  number: 1,
  emergency: false,
  remaining: 0,
  since: time,
  told: true,
  ...more,
})
const held = (...claims: Locks['held']): Locks => ({ ...noLocks, held: claims })
const pending = (...campaigns: string[]): FleetState => ({
  ...emptyFleetState,
  images: { web: { pending: campaigns.map((campaign, number) => ({ campaign, number })) } },
})

let settled: StoppedExecution[] = []
const sweeping = (
  locks: Locks,
  known: FleetState = emptyFleetState,
  {
    settle = async (stopped: StoppedExecution): Promise<unknown> => settled.push(stopped),
    operations = [] as { operation: string; execution: string }[],
  } = {},
) =>
  sweepExecutions(
    {
      // The paginator takes a client of this class only.
      stepFunctions: new SFNClient({ region: 'us-west-2' }),
      campaignArn: machine('campaign'),
      rebakeArn: machine('rebake'),
      settle,
    },
    { claims: locks, known, operations, time },
  )
const running = (...executionArns: string[]) =>
  mock
    .on(ListExecutionsCommand)
    .resolves({ executions: executionArns.map((executionArn) => ({ executionArn })) as never })
const described = (status: ExecutionStatus, more = {}) =>
  mock.on(DescribeExecutionCommand).resolves({ status, ...more })
const listed = () => mock.commandCalls(ListExecutionsCommand).map((call) => call.args[0].input)

beforeEach(() => {
  settled = []
  mock.reset()
  running()
})

describe('a sweep', () => {
  it('asks nothing where nobody is believed to run', async () => {
    expect(await sweeping(noLocks)).toEqual({ settled: [], failures: [] })
    expect(mock.calls()).toEqual([])
  })

  it('lists what runs, once for each machine that somebody is believed to run in', async () => {
    running(web, campaignOf('c1'))
    await sweeping(held(claim(web, 'web'), claim(web, 'web', { stage: 'roll-out' })))
    await sweeping(noLocks, pending('c1', 'c1'))
    expect(listed().map(({ stateMachineArn, statusFilter }) => [stateMachineArn, statusFilter])).toEqual([
      [machine('rebake'), 'RUNNING'],
      [machine('campaign'), 'RUNNING'],
    ])
    expect(mock.commandCalls(DescribeExecutionCommand)).toEqual([])
    expect(settled).toEqual([])
  })

  it('reads all pages of the list', async () => {
    mock.on(ListExecutionsCommand).resolves({ executions: [], nextToken: 'more' })
    mock.on(ListExecutionsCommand, { nextToken: 'more' }).resolves({ executions: [{ executionArn: web }] as never })
    await sweeping(held(claim(web, 'web')))
    expect(listed()).toHaveLength(2)
    expect(settled).toEqual([])
  })

  it.each(['RUNNING', 'PENDING_REDRIVE'] as const)('asks for what the list does not show: %s', async (status) => {
    described(status)
    expect(await sweeping(held(claim(web, 'web')), pending('c1'))).toEqual({ settled: [], failures: [] })
    expect(mock.commandCalls(DescribeExecutionCommand).map((call) => call.args[0].input.executionArn)).toEqual([
      web,
      campaignOf('c1'),
    ])
    expect(settled).toEqual([])
  })
})

describe('a dead execution is settled', () => {
  it.each<[ExecutionStatus, object, object]>([
    ['ABORTED', { error: 'Oops', cause: 'wrong' }, { status: 'ABORTED', error: 'Oops', cause: 'wrong' }],
    ['TIMED_OUT', {}, { status: 'TIMED_OUT' }],
    ['FAILED', { error: 'BakeFailed', cause: 'x' }, { status: 'FAILED', error: 'BakeFailed', cause: 'x' }],
    ['FAILED', {}, { status: 'FAILED', cause: 'it ended without closing its work' }],
    ['SUCCEEDED', {}, { status: 'FAILED', cause: 'it ended without closing its work' }],
  ])('as %s, with what it said: %j', async (status, said, detail) => {
    described(status, said)
    expect((await sweeping(held(claim(web, 'web')))).settled).toEqual([web])
    const input = JSON.stringify({ campaign: 'c1', image: 'web' })
    expect(settled).toEqual([{ time, detail: { executionArn: web, name: 'c1-web', input, ...detail } }])
  })

  it('that Step Functions does not know any more', async () => {
    mock.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'gone', $metadata: {} }))
    await sweeping(held(claim(web, 'web')))
    expect(settled[0]?.detail).toMatchObject({
      status: 'FAILED',
      cause: 'Step Functions does not know its execution',
    })
  })

  it.each<[string, Locks, FleetState, string]>([
    ['that waits for its lock', { ...noLocks, queue: [claim(web, 'web')] }, emptyFleetState, web],
    ['of a campaign', noLocks, pending('c1'), campaignOf('c1')],
    [
      'of a release that waited in a freeze',
      noLocks,
      { ...emptyFleetState, upstreams: { soe: upstream(current, { campaign: 'c1', open: true }) } },
      campaignOf('c1'),
    ],
  ])('%s', async (_, locks, known, execution) => {
    described('ABORTED')
    expect((await sweeping(locks, known)).settled).toEqual([execution])
  })

  it('not of a release whose campaign nobody has started yet, or that has been planned', async () => {
    const open = upstream(current, { campaign: 'c1', open: true, started: false })
    const known = { ...emptyFleetState, upstreams: { soe: open, other: upstream() } }
    expect(await sweeping(noLocks, known)).toEqual({ settled: [], failures: [] })
    expect(mock.calls()).toEqual([])
  })

  const rollback = 'arn:aws:states:us-west-2:111122223333:execution:golden-rollback:rollback-web'
  const operations = [{ operation: 'rollback-web', execution: rollback }]

  it('and so is an operation that holds an image', async () => {
    described('ABORTED')
    expect((await sweeping(noLocks, emptyFleetState, { operations })).settled).toEqual([rollback])
    expect(settled).toMatchObject([{ time, detail: { name: 'rollback-web', status: 'ABORTED' } }])
    expect(listed()).toEqual([])
  })

  it('and not one that runs', async () => {
    described('RUNNING')
    expect((await sweeping(noLocks, emptyFleetState, { operations })).settled).toEqual([])
  })

  it('and one that cannot be settled stops no other', async () => {
    described('ABORTED')
    const settle = async ({ detail }: StoppedExecution) => {
      if (detail.name === 'c1-web') throw new Error('campaign c1 knows no image web')
    }
    const api = executionOf('api', 'c1')
    const { settled, failures } = await sweeping(held(claim(web, 'web'), claim(api, 'api')), pending('c1'), {
      settle,
    })
    expect(settled).toEqual([api, campaignOf('c1')])
    expect(failures.map(({ message }) => message)).toEqual(['c1-web: campaign c1 knows no image web'])
  })

  it('unless nobody can say whether it runs', async () => {
    mock.on(DescribeExecutionCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    await expect(sweeping(held(claim(web, 'web')))).rejects.toThrow('slow down')
    expect(settled).toEqual([])
  })
})
