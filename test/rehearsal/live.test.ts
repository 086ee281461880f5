import { describe, expect, it } from 'vitest'
import type { Execution } from '../../rehearsal/engine/execution.ts'
import { progressOf } from '../../rehearsal/live.ts'
import type { World } from '../../rehearsal/world/world.ts'
import { at, byArn, execution, type Passed } from '../support/executions.ts'
import { exampleFleet } from '../support/fleets.ts'

const fleet = exampleFleet()
const trigger = { upstream: 'al2023-soe', ami: 'ami-0a' }
const campaign = execution({ machine: 'golden-campaign', name: 'c', input: { trigger } })
const rebake = (image: string, more: Omit<Parameters<typeof execution>[0], 'name'> = {}) =>
  execution({ name: `c-${image}`, input: { campaign: 'c', image }, ...more })

const progress = (executions: Execution[], now = 0) =>
  progressOf(
    { clock: { now: () => at(now) }, stepFunctions: { executions: byArn(executions) } } as unknown as World,
    fleet,
  )
const imagesOf = (executions: Execution[], now = 0) =>
  Object.fromEntries(
    (progress([campaign, ...executions], now)[0]?.images ?? []).map((each) => [each.image, each]),
  )
const statusesOf = (executions: Execution[]) =>
  Object.fromEntries(Object.values(imagesOf(executions)).map(({ image, status }) => [image, status]))

it('shows nothing before there is a campaign', () => {
  expect(progress([rebake('al2023-hardened')])).toEqual([])
})

it('shows a campaign with every image that descends from its upstream, and how deep', () => {
  const [shown] = progress([campaign], 60)
  expect(shown).toMatchObject({ now: at(60), campaign: 'c', ...trigger })
  expect(shown?.images.map(({ image, parent, depth }) => [depth, parent, image]).sort()).toEqual([
    [0, 'al2023-soe', 'al2023-hardened'],
    [1, 'al2023-hardened', 'al2023-java'],
    [1, 'al2023-hardened', 'al2023-node'],
    [2, 'al2023-java', 'orders-api'],
    [2, 'al2023-java', 'payments-api'],
    [2, 'al2023-node', 'web-frontend'],
  ])
  expect(new Set(shown?.images.map(({ status, done }) => `${status} ${done}`))).toEqual(
    new Set(['waiting 0']),
  )
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
  ['Ship and Descend', 3],
  ['Release Image', 8, 9],
]

describe('an image', () => {
  it.each<[string, Passed[], string]>([
    ['before its first state', [], ''],
    [
      'in its last state',
      [
        ['Claim Image', 1, 2],
        ['Pin Parent', 2],
      ],
      'Pin Parent',
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

  it.each([
    [
      { to: 20, states: shipped },
      { status: 'released', done: 1, reason: '', since: at(9) },
    ],
    [
      { to: 9, status: 'FAILED', error: 'BakeFailed', cause: 'exited with 1' },
      { status: 'failed', done: 1, reason: 'BakeFailed: exited with 1', since: at(9) },
    ],
    [
      { to: 9, status: 'TIMED_OUT', error: 'States.Timeout' },
      { status: 'failed', reason: 'States.Timeout' },
    ],
    [
      { to: 9, status: 'ABORTED' },
      { status: 'aborted', reason: '' },
    ],
  ])('that ended as %j', (told, expected) => {
    expect(imagesOf([rebake('al2023-hardened', told)])['al2023-hardened']).toMatchObject({
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
    const states = [
      'Claim Image',
      'Pin Parent',
      'Start Bake',
      'Await Bake',
      'Inspect Bake',
      'Validate Image',
    ].concat(
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
