import { describe, expect, it } from 'vitest'
import { readsAt, waitsFor } from '../../cli/status/wait-text.ts'
import { noLocks } from '../../domain/locks.ts'
import { type WaitKind, waitAt } from '../../domain/rebake-steps.ts'
import { type RebakeState, stateNames } from '../../domain/state-names.ts'
import { readDefinition } from '../../infra/definitions.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'

interface State {
  Type: string
  TimeoutSeconds?: unknown
  Seconds?: unknown
  Timestamp?: unknown
}
interface States {
  States: Record<string, State & { Branches?: States[]; ItemProcessor?: States }>
}
const statesIn = ({ States: states }: States): [string, State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(statesIn),
    ...(state.ItemProcessor ? statesIn(state.ItemProcessor) : []),
  ])
const machine = new Map(statesIn(readDefinition('rebake') as States))

interface Expected {
  states: RebakeState[]
  reads?: 'claims' | 'approvals'
  text: string
}

const expected = {
  'bake-lock': { states: ['Acquire Bake Lock'], reads: 'claims', text: 'queued: 0 of 20 bakes run' },
  'rollout-lock': { states: ['Acquire Rollout Lock'], reads: 'claims', text: 'queued: 0 of 20 bakes run' },
  'change-window': {
    states: ['Wait for Change Window', 'Wait for Ring Window'],
    text: 'opens 2026-09-13 02:00 UTC: its window',
  },
  'build-quota': {
    states: ['Wait for Build Quota'],
    text: 'as many bakes run as Image Builder allows; it tries again',
  },
  'copy-quota': {
    states: ['Wait for Copy Quota'],
    text: 'as many distributions run as Image Builder allows; it tries again',
  },
  'copy-retry': { states: ['Wait before Copy Retry'], text: 'copies failed; they are tried again' },
  approval: { states: ['Request Approval'], reads: 'approvals', text: 'approval for early until 2026-09-11 10:30 UTC' },
  soak: { states: ['Soak'], text: 'soaks in early until 2026-09-08 11:30 UTC' },
} satisfies Record<WaitKind, Expected>

/** It waits for everything at once. */
const since = '2026-09-08T10:30:00Z'
const holder = 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:c-web'
const image = {
  image: 'web',
  execution: holder,
  waiting: { until: '2026-09-13T02:00:00Z', reasons: ['its window'] },
  order: { rings: [{ ring: 'early', soak: 3600 }] },
  published: { early: since },
} as unknown as CampaignImageItem
const claim = { holder, image: 'web', campaign: 'c', number: 1, emergency: false, remaining: 60, since }
const asked = { campaign: 'c', image: 'web', ring: 'early', requestedAt: since, approvers: [] }
const around = {
  claims: { ...noLocks, queue: (['bake', 'roll-out'] as const).map((stage) => ({ ...claim, stage })) },
  approvals: [{ ...asked, until: '2026-09-11T10:30:00Z' }],
  concurrentBakes: 20,
}

describe.each(Object.entries(expected) as [WaitKind, Expected][])('a wait for the %s', (kind, { states, ...means }) => {
  it('is in these states', () => {
    expect(stateNames.rebake.filter((state) => waitAt(state) === kind)).toEqual(states)
  })

  it.each(states)('is shown in %s, and does not last for ever', (name) => {
    expect(waitsFor(image, { name, since }, around)).toBe(means.text)
    expect(readsAt(name)).toBe(means.reads)
    const { Type, TimeoutSeconds, Seconds, Timestamp } = machine.get(name) ?? { Type: 'none' }
    expect(Type === 'Wait' ? (Seconds ?? Timestamp) : TimeoutSeconds).toBeDefined()
  })
})
