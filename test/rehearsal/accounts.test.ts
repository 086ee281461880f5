import { marshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from 'vitest'
import type { Execution } from '../../emulator/step-functions/execution.ts'
import type { World } from '../../emulator/world/world.ts'
import { summarise } from '../../rehearsal/accounts.ts'
import { at, byArn, execution, type Passed, start } from '../support/executions.ts'

const iso = (seconds: number) => new Date(at(seconds)).toISOString()
const common = { time: iso(0), reason: 'because' }
const releaseOf = (ami: string) => ({ kind: 'release', upstream: 'soe', ami, amiName: 'soe', ...common })
const campaignItem = (campaign: string, startedAt: number, more = {}) => ({
  pk: `CAMPAIGN#${campaign}`,
  sk: 'CAMPAIGN',
  campaign,
  execution: 'arn',
  status: 'finished',
  trigger: releaseOf(`ami-${campaign}`),
  startedAt: iso(startedAt),
  ...more,
})
const imageItem = (campaign: string, image: string, parent: string, order: number, more = {}) => ({
  pk: `CAMPAIGN#${campaign}`,
  sk: `IMAGE#${image}`,
  image,
  status: 'released',
  reason: 'because',
  plan: { image, parent, decision: 'bake', order },
  ...more,
})

/** A world that has this ledger, read in pages of two items, and these executions. */
function worldOf(items: object[], executions: Execution[] = []) {
  const pages = Array.from({ length: Math.ceil(items.length / 2) }, (_, at) => items.slice(2 * at, 2 * at + 2))
  const call = async ({ operation, input }: { operation: string; input: Record<string, unknown> }) => {
    expect([operation, input.TableName]).toEqual(['Scan', 'golden-ledger'])
    const page = Number(input.ExclusiveStartKey ?? 0)
    const more = page + 1 < pages.length && { LastEvaluatedKey: page + 1 }
    return { Items: (pages[page] ?? []).map((item) => marshall(item)), ...more }
  }
  const calls = ['c/web', 'c/web', 'c/api', 'd/web', ''].map((tag) => ({ tag }))
  return {
    aws: { call, calls, iam: { operator: () => 'operator' } },
    stepFunctions: { executions: byArn(executions) },
    functions: {
      invocations: new Map([
        ['c/web', 7],
        ['d/web', 3],
      ]),
    },
  } as unknown as World
}
const summaryOf = (items: object[], executions: Execution[] = [], until?: number) =>
  summarise(worldOf(items, executions), 'golden-ledger', start, until)

it('has nothing to add up where nothing happened', async () => {
  expect(await summaryOf([])).toEqual({
    campaigns: [],
    images: [],
    makespanSeconds: 0,
    criticalPathSeconds: 0,
  })
})

it('lists campaigns in the order of their start, with the images that each bakes', async () => {
  const { campaigns, images } = await summaryOf([
    campaignItem('late', 60, { status: 'running' }),
    imageItem('late', 'web', 'soe', 1),
    campaignItem('early', 0, { finishedAt: iso(3_600) }),
    imageItem('early', 'api', 'web', 2),
    imageItem('early', 'web', 'soe', 1),
    imageItem('early', 'other', 'elsewhere', 0, {
      status: 'left',
      plan: { image: 'other', parent: 'elsewhere', decision: 'leave', order: 0 },
    }),
    { pk: 'CLAIMS', sk: 'CLAIMS', held: [] },
    { pk: 'IMAGE#web', sk: 'RELEASE#1.0.0/1', image: 'web' },
  ])
  expect(campaigns).toEqual([
    {
      name: 'early',
      title: 'soe ami-early',
      kind: 'release',
      reason: 'because',
      upstream: 'soe',
      ami: 'ami-early',
      status: 'finished',
      images: 2,
      startedAt: iso(0),
      finishedAt: iso(3_600),
    },
    {
      name: 'late',
      title: 'soe ami-late',
      kind: 'release',
      reason: 'because',
      upstream: 'soe',
      ami: 'ami-late',
      status: 'running',
      images: 1,
      startedAt: iso(60),
      finishedAt: null,
    },
  ])
  expect(images.map(({ campaign, image }) => `${campaign} ${image}`)).toEqual(['early web', 'early api', 'late web'])
})

it.each<[object, object]>([
  [
    { kind: 'cycle', cycle: 'monthly' },
    { title: 'patch cycle monthly', upstream: null, ami: null },
  ],
  [
    { kind: 'manual', images: ['web'] },
    { title: 'manual: web', upstream: null, ami: null },
  ],
  [
    { kind: 'manual', upstream: 'soe', ami: 'ami-0a' },
    { title: 'manual: soe', upstream: 'soe', ami: 'ami-0a' },
  ],
  [
    { kind: 'manual', upstream: 'soe' },
    { title: 'manual: soe', upstream: 'soe', ami: null },
  ],
  [
    { kind: 'cve', image: 'web', version: '1.0.0/1' },
    { title: 'vulnerabilities in web', upstream: null, ami: null },
  ],
  [
    { kind: 'drift', id: 'x', images: [{ image: 'web', reason: 'changed' }] },
    { title: 'not as the fleet says: web', upstream: null, ami: null },
  ],
])('a campaign of %j is %j', async (trigger, expected) => {
  const { campaigns } = await summaryOf([campaignItem('c', 0, { trigger: { ...trigger, ...common } })])
  expect(campaigns).toEqual([expect.objectContaining({ ...expected, reason: 'because', images: 0 })])
})

describe('an image', () => {
  it('counts its own transitions, invocations and calls', async () => {
    const states: Passed[] = [
      ['Acquire Bake Lock', 10, 11],
      ['Start Bake', 11, 12],
    ]
    const run = execution({ name: 'web', states, to: 100 })
    const { images } = await summaryOf(
      [
        campaignItem('c', 0),
        imageItem('c', 'web', 'soe', 1, {
          execution: run.arn,
          ami: 'ami-0a',
          parentAmi: 'ami-0b',
          startedAt: iso(5),
          finishedAt: iso(90),
        }),
      ],
      [run],
    )
    expect(images).toEqual([
      {
        image: 'web',
        campaign: 'c',
        status: 'released',
        reason: 'because',
        ami: 'ami-0a',
        parentAmi: 'ami-0b',
        startedAt: iso(5),
        finishedAt: iso(90),
        transitions: 2,
        lambdaInvocations: 7,
        apiCalls: 2,
        approvals: [],
      },
    ])
  })

  it('in two campaigns is counted for each', async () => {
    const { images } = await summaryOf([
      campaignItem('c', 0),
      imageItem('c', 'web', 'soe', 1),
      campaignItem('d', 1),
      imageItem('d', 'web', 'soe', 1),
    ])
    expect(images.map((each) => [each.campaign, each.lambdaInvocations, each.apiCalls])).toEqual([
      ['c', 7, 2],
      ['d', 3, 1],
    ])
  })

  it('that never started has nothing to show', async () => {
    const { images } = await summaryOf([campaignItem('c', 0), imageItem('c', 'db', 'soe', 1, { status: 'skipped' })])
    expect(images[0]).toMatchObject({
      status: 'skipped',
      ami: null,
      parentAmi: null,
      startedAt: null,
      finishedAt: null,
      transitions: 0,
      lambdaInvocations: 0,
      apiCalls: 0,
    })
  })

  it.each([
    ['released', 'released'],
    ['failed', 'failed'],
    ['skipped', 'skipped'],
    ['aborted', 'aborted'],
    ['superseded', 'superseded'],
    ['planned', 'running'],
    ['baking', 'running'],
    ['candidate', 'running'],
    ['waiting', 'running'],
  ])('that the ledger has as %s is %s', async (status, expected) => {
    const { images } = await summaryOf([campaignItem('c', 0), imageItem('c', 'web', 'soe', 1, { status })])
    expect(images[0]?.status).toBe(expected)
  })
})

describe('time', () => {
  /** From its bake to its own end; children hang on it from the moment that it is a candidate. */
  const rebake = (name: string, pinned: number, candidate: number | undefined, shipped: number, to: number) =>
    execution({
      name,
      from: pinned - 5,
      to,
      states: [
        ['Start Bake', pinned, pinned + 1],
        ...(candidate === undefined
          ? []
          : ([
              ['Roll Out and Rebake Children', candidate],
              ['Release Image', shipped, shipped + 1],
            ] as Passed[])),
      ],
    })
  const items = (executions: Record<string, [parent: string, Execution]>) => [
    campaignItem('c', 0),
    ...Object.entries(executions).map(([image, rebaked], order) => {
      const [parent, { arn, history, stopDate = 0 }] = rebaked
      const shipped = history.events.find((event) => event.stateEnteredEventDetails?.name === 'Release Image')
      const finishedAt = new Date(shipped?.timestamp.getTime() ?? stopDate).toISOString()
      return imageItem('c', image, parent, order + 1, { execution: arn, finishedAt })
    }),
  ]
  const measured = (executions: Record<string, [parent: string, Execution]>) =>
    summaryOf(
      items(executions),
      Object.values(executions).map(([, each]) => each),
    )

  it('from the first event to the last end is the makespan', async () => {
    expect(await measured({ base: ['soe', rebake('base', 10, 110, 200, 900)] })).toMatchObject({
      makespanSeconds: 900,
    })
  })

  it.each([
    ['the time that was asked for, where nothing happens at its end', 86_400, 86_400],
    ['the last end, where that is later', 300, 900],
  ])('the makespan is %s', async (_, asked, expected) => {
    const executions = [rebake('base', 10, 110, 200, 900)]
    expect(await summaryOf([], executions, start + asked * 1_000)).toMatchObject({ makespanSeconds: expected })
  })

  it.each<[string, Record<string, [string, Execution]>, number]>([
    // The base is done at 200, though its execution waits for its child until 900.
    ['one image: until it is shipped', { base: ['soe', rebake('base', 10, 110, 200, 900)] }, 190],
    [
      'a child: the parent until it is a candidate, then the child, without the wait between',
      {
        base: ['soe', rebake('base', 10, 110, 200, 900)],
        web: ['base', rebake('web', 300, 400, 800, 850)],
      },
      100 + 500,
    ],
    [
      'the longer of two children',
      {
        base: ['soe', rebake('base', 10, 110, 200, 900)],
        web: ['base', rebake('web', 300, 400, 800, 850)],
        api: ['base', rebake('api', 120, 220, 320, 330)],
      },
      600,
    ],
    ['a bake that failed: until its end', { base: ['soe', rebake('base', 10, undefined, 0, 70)] }, 60],
    [
      'a parent that ships longer than its child takes',
      {
        base: ['soe', rebake('base', 10, 110, 800, 900)],
        web: ['base', rebake('web', 120, 130, 140, 150)],
      },
      790,
    ],
  ])('on the critical path is that of %s', async (_, executions, seconds) => {
    expect((await measured(executions)).criticalPathSeconds).toBe(seconds)
  })
})
