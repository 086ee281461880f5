import { describe, expect, it } from 'vitest'
import type { Execution } from '../../emulator/step-functions/execution.ts'
import type { World } from '../../emulator/world/world.ts'
import { Live } from '../../rehearsal/live.ts'
import { at, byArn, execution, type Passed } from '../support/executions.ts'
import { exampleFleet } from '../support/fleets.ts'

const fleet = exampleFleet()
const common = { time: '2026-09-08T09:00:00Z', reason: 'because' }
const trigger = {
  kind: 'release',
  upstream: 'al2023-soe',
  ami: 'ami-0123456789abcdef0',
  amiName: 'soe',
  ...common,
}
const campaign = execution({ machine: 'golden-campaign', name: 'c', input: { trigger } })
const rebake = (image: string, more: Omit<Parameters<typeof execution>[0], 'name'> = {}) =>
  execution({ name: `c-${image}`, input: { campaign: 'c', image }, ...more })

/** The live view after it heard of these executions, in this order. */
function liveOf(executions: Execution[], now = 0): Live {
  const stepFunctions = { executions: byArn(executions) }
  const live = new Live({ clock: { now: () => at(now) }, stepFunctions } as unknown as World, fleet)
  for (const { arn } of executions) live.at(arn)
  return live
}
const progress = (executions: Execution[], now = 0) => liveOf(executions, now).all()
const imagesOf = (executions: Execution[], now = 0) =>
  Object.fromEntries((progress([campaign, ...executions], now)[0]?.images ?? []).map((each) => [each.image, each]))
const statusesOf = (executions: Execution[]) =>
  Object.fromEntries(Object.values(imagesOf(executions)).map(({ image, status }) => [image, status]))

it('shows nothing before there is a campaign', () => {
  expect(progress([rebake('al2023-hardened')])).toEqual([])
})

it('shows a campaign with every image that descends from its upstream, and how deep', () => {
  const [shown] = progress([campaign], 60)
  expect(shown).toMatchObject({ now: at(60), campaign: 'c', title: 'al2023-soe ami-0123456789abcdef0' })
  expect(shown?.images.map(({ image, parent, depth }) => [depth, parent, image]).sort()).toEqual([
    [0, 'al2023-soe', 'al2023-hardened'],
    [1, 'al2023-hardened', 'al2023-java'],
    [1, 'al2023-hardened', 'al2023-node'],
    [2, 'al2023-java', 'orders-api'],
    [2, 'al2023-java', 'payments-api'],
    [2, 'al2023-node', 'web-frontend'],
  ])
  expect(new Set(shown?.images.map(({ status, done }) => `${status} ${done}`))).toEqual(new Set(['waiting 0']))
})

it.each<[string, object, string, string[]]>([
  [
    'a patch cycle of some images',
    { kind: 'cycle', cycle: 'monthly' },
    'patch cycle monthly',
    Object.keys(fleet.images),
  ],
  ['a person', { kind: 'manual', images: ['al2023-node'] }, 'manual: al2023-node', ['al2023-node', 'web-frontend']],
  [
    'a scan',
    { kind: 'cve', image: 'payments-api', version: '1.0.0/1' },
    'vulnerabilities in payments-api',
    ['payments-api'],
  ],
  [
    'drift',
    { kind: 'drift', id: 'x', images: [{ image: 'windows-iis', reason: 'changed' }] },
    'not as the fleet says: windows-iis',
    ['windows-iis', 'claims-portal'],
  ],
])('shows a campaign of %s with what it would bake', (_, reported, title, images) => {
  const [shown] = progress([
    execution({ machine: 'golden-campaign', name: 'c', input: { trigger: { ...reported, ...common } } }),
  ])
  expect(shown?.title).toBe(title)
  expect(shown?.images.map(({ image }) => image)).toEqual(images)
})

describe('what a campaign bakes', () => {
  it('is known when its rebakes have started: those, and what descends from them', () => {
    const [shown] = progress([campaign, rebake('al2023-java')])
    expect(shown?.images.map(({ image }) => image)).toEqual(['al2023-java', 'payments-api', 'orders-api'])
  })

  it('is nothing where it has ended without any', () => {
    const ended = execution({ machine: 'golden-campaign', name: 'c', input: { trigger }, to: 9 })
    expect(progress([ended])[0]?.images).toEqual([])
  })
})

it('hears of one campaign at a time: that of the execution, and of none where it has none', () => {
  const other = execution({ machine: 'golden-campaign', name: 'd', input: { trigger } })
  const release = execution({ machine: 'golden-release', name: 'r', input: { id: 'an event' } })
  const hardened = rebake('al2023-hardened')
  const live = liveOf([campaign, other, release, hardened])
  const shown = [campaign, other, release, hardened].map(({ arn }) => live.at(arn)?.campaign)
  expect(shown).toEqual(['c', 'd', undefined, 'c'])
  expect(live.at('arn:aws:states:nobody')).toBeUndefined()
})

it.each([{}, { trigger: { kind: 'whim' } }, { trigger: null }])('shows no campaign of %j', (input) => {
  const odd = execution({ machine: 'golden-campaign', name: 'c', input })
  expect(progress([odd, rebake('al2023-hardened')])).toEqual([])
})

it('keeps two campaigns of the same image apart', () => {
  const other = execution({ machine: 'golden-campaign', name: 'd', input: { trigger } })
  const shown = progress([campaign, other, rebake('al2023-hardened')])
  expect(shown.map((each) => [each.campaign, each.images[0]?.status])).toEqual([
    ['c', 'running'],
    ['d', 'waiting'],
  ])
})

const shipped: Passed[] = [
  ['Roll Out and Rebake Children', 3],
  ['Release Image', 8, 9],
]

describe('an image', () => {
  it.each<[string, Passed[], string]>([
    ['before its first state', [], ''],
    [
      'in its last state',
      [
        ['Acquire Bake Lock', 1, 2],
        ['Start Bake', 2],
      ],
      'Start Bake',
    ],
    [
      'in its ring, not in what its children do',
      [
        ['Await Distribution', 5],
        ['Rebake Child', 6],
      ],
      'Await Distribution',
    ],
  ])('that runs %s', (_, states, step) => {
    const { 'al2023-hardened': shown } = imagesOf([rebake('al2023-hardened', { states })])
    expect(shown).toMatchObject({ status: 'running', step, reason: '' })
  })

  it.each<[Partial<Parameters<typeof execution>[0]>, object]>([
    [
      { to: 20, states: shipped },
      { status: 'released', done: 1, reason: '', since: at(9) },
    ],
    [
      { to: 9, status: 'FAILED', error: 'BakeFailed', cause: 'exited with 1' },
      { status: 'failed', done: 1, reason: 'BakeFailed: exited with 1', since: at(9) },
    ],
    // What a function threw, in its words and not as Lambda wraps them.
    [
      {
        to: 9,
        status: 'FAILED',
        error: 'PublicationIncomplete',
        cause: '{"errorType":"PublicationIncomplete","errorMessage":"222233334444 us-west-2: no","trace":[]}',
      },
      { status: 'failed', reason: 'PublicationIncomplete: 222233334444 us-west-2: no' },
    ],
    [
      { to: 9, status: 'TIMED_OUT', error: 'States.Timeout' },
      { status: 'failed', reason: 'States.Timeout' },
    ],
    [
      { to: 9, status: 'ABORTED' },
      { status: 'aborted', reason: '' },
    ],
    // It gave way to a newer campaign, before its bake or in its rings.
    [
      { to: 9, states: [['Acquire Bake Lock', 1]] },
      { status: 'superseded', done: 1, reason: '', since: at(9) },
    ],
  ])('that ended as %j', (reported, expected) => {
    expect(imagesOf([rebake('al2023-hardened', reported)])['al2023-hardened']).toMatchObject({
      step: '',
      ...expected,
    })
  })

  it('is released once it is through its rings, though its execution waits for its children', () => {
    const waiting = rebake('al2023-hardened', { states: [...shipped, ['Rebake Child', 4]] })
    expect(imagesOf([waiting], 60)['al2023-hardened']).toMatchObject({ status: 'released', since: at(9) })
  })

  it('is in its state since it entered it; before its start, since now', () => {
    const shown = imagesOf([rebake('al2023-hardened', { states: [['Await Bake', 5]] })], 60)
    expect(shown['al2023-hardened']?.since).toBe(at(5))
    expect(shown['al2023-java']?.since).toBe(at(60))
  })

  it('is further with each state, and never done before its end', () => {
    const states = ['Acquire Bake Lock', 'Start Bake', 'Await Bake', 'Inspect Bake', 'Run Checks'].concat(
      ['Mark Candidate', 'Start Distribution', 'Await Distribution', 'Verify Distribution'],
      ['Publish Pointers', 'Soak', 'Release Image'],
    )
    const dones = states.map(
      (_, last) =>
        imagesOf([rebake('al2023-hardened', { states: states.slice(0, last + 1).map((name) => [name, 0]) })])[
          'al2023-hardened'
        ]?.done ?? 0,
    )
    expect(dones).toEqual([...new Set(dones)].sort((a, b) => a - b))
    expect(dones[0]).toBeGreaterThan(0)
    expect(dones.at(-1)).toBeLessThan(1)
  })

  it('that bakes goes on with the time that its bake is estimated to take, and no further', () => {
    const estimate = fleet.images['al2023-hardened']?.estimate ?? 0
    const baking = rebake('al2023-hardened', { states: [['Await Bake', 100]] })
    const inspecting = rebake('al2023-hardened', { states: [['Inspect Bake', 100]] })
    const done = (now: number, run = baking) => imagesOf([run], now)['al2023-hardened']?.done ?? 0
    const dones = [0, estimate / 2, estimate, 3 * estimate].map((seconds) => done(100 + seconds))
    expect(dones[1]).toBeCloseTo(((dones[0] ?? 0) + (dones[2] ?? 0)) / 2)
    expect(dones[2]).toBeGreaterThan(dones[0] ?? 1)
    expect(dones[3]).toBe(dones[2])
    expect(dones[3]).toBeLessThan(done(0, inspecting))
  })
})

describe('an image that has not started', () => {
  const failed = { to: 9, status: 'FAILED' }
  it.each<[string, Execution[], Record<string, string>]>([
    [
      'waits for a parent that runs',
      [rebake('al2023-hardened')],
      { 'al2023-java': 'waiting', 'orders-api': 'waiting' },
    ],
    [
      'is skipped when its parent ended before it was a candidate, and so is what is below',
      [rebake('al2023-hardened', failed)],
      { 'al2023-java': 'skipped', 'orders-api': 'skipped', 'web-frontend': 'skipped' },
    ],
    [
      'is skipped when its parent was stopped',
      [rebake('al2023-hardened'), rebake('al2023-java', { to: 9, status: 'ABORTED' })],
      { 'orders-api': 'skipped', 'al2023-node': 'waiting', 'web-frontend': 'waiting' },
    ],
    [
      'is superseded with its parent, and so is what is below',
      [rebake('al2023-hardened', { to: 9, states: [['Acquire Bake Lock', 1]] })],
      { 'al2023-java': 'superseded', 'orders-api': 'superseded' },
    ],
    [
      'waits for one that is released',
      [rebake('al2023-hardened', { to: 9, states: shipped })],
      { 'al2023-java': 'waiting' },
    ],
  ])('%s', (_, executions, expected) => {
    expect(statusesOf(executions)).toMatchObject(expected)
  })

  it('is none of those that started before their parent failed in its rings', () => {
    const executions = [rebake('al2023-hardened', failed), rebake('al2023-java', { to: 9, states: shipped })]
    expect(statusesOf(executions)).toMatchObject({ 'al2023-java': 'released', 'al2023-hardened': 'failed' })
  })
})
