import { describe, expect, it } from 'vitest'
import type { FleetState, ImageState } from '../../../domain/planning/fleet-state.ts'
import type { PlanningFacts } from '../../../domain/planning/reasons-not-to-bake.ts'
import type { Trigger } from '../../../domain/triggers.ts'
import { exampleFleet } from '../../support/fleets.ts'
import {
  current,
  cve,
  cycle,
  decisionFor,
  drift,
  hoursAgo,
  last,
  made,
  manual,
  next,
  older,
  release,
  situationOf,
  upstream,
} from './situations.ts'

const base = exampleFleet()
const { monthly } = base.patchCycles
const fleet = {
  ...base,
  patchCycles: { monthly, careful: { ...monthly, onlyIfChanged: true } } as typeof base.patchCycles,
}
const root = 'al2023-hardened'
const emergency = (trigger: Trigger) => ({ ...trigger, emergency: true })

/** What is decided for the root of Amazon Linux, of which this is known, with its upstream at `current`. */
const decided = (
  trigger: Trigger,
  image: ImageState,
  known: Partial<FleetState> = {},
  more: Partial<PlanningFacts> = {},
) =>
  decisionFor(
    fleet,
    trigger,
    situationOf(fleet, { upstreams: { 'al2023-soe': upstream() }, images: { [root]: image }, ...known }, more),
    root,
  )
const kinds = {
  release: release(),
  cycle: cycle(),
  careful: cycle('careful'),
  manual: manual(root),
  cve: cve(root),
  drift: drift(root),
}
const bakes: Record<string, string> = { drift: 'bake: it differs' }
/** One answer for some kinds of trigger; all others bake. */
const answers = (left: Record<string, string>) =>
  Object.keys(kinds).map((kind) => [kind, left[kind] ?? bakes[kind] ?? 'bake: because'] as const)

describe.each<[string, ImageState, Record<string, string>]>([
  [
    'was baked from this AMI, as it is defined',
    last(root),
    {
      release: `leave: baked from ${current} 3d ago`,
      careful: `leave: baked from ${current} 3d ago`,
      drift: `leave: baked from ${current} 3d ago`,
    },
  ],
  ['was baked from an older AMI', last(root, older), {}],
  ['was baked from this AMI, by another definition', last(root, current, { definition: 'd0' }), {}],
  [
    'began to be baked since it was asked for',
    { attempt: { ...made(older, { at: hoursAgo(0.5), campaign: 'other' }), tries: 1 } },
    {
      cycle: 'leave: baked since, 30m ago',
      careful: 'leave: baked since, 30m ago',
      cve: 'leave: baked since, 30m ago',
    },
  ],
  [
    'began to be baked just when it was asked for',
    { attempt: { ...made(older, { at: hoursAgo(1), campaign: 'other' }), tries: 1 } },
    {
      cycle: 'leave: baked since, 1h ago',
      careful: 'leave: baked since, 1h ago',
      cve: 'leave: baked since, 1h ago',
    },
  ],
  [
    'began to be baked since, and failed',
    { attempt: { ...made(older, { at: hoursAgo(0.5), campaign: 'other', failed: 'why' }), tries: 1 } },
    {},
  ],
  [
    'is about to be baked from this AMI by another campaign',
    { pending: [{ campaign: 'other', number: 1, parentAmi: current }] },
    {
      release: `leave: campaign other bakes it from ${current} already`,
      cycle: 'leave: campaign other is about to bake it',
      careful: 'leave: campaign other is about to bake it',
      cve: 'leave: campaign other is about to bake it',
      drift: `leave: campaign other bakes it from ${current} already`,
    },
  ],
  [
    'is about to be baked from another AMI',
    { pending: [{ campaign: 'other', number: 1, parentAmi: older }] },
    {
      cycle: 'leave: campaign other is about to bake it',
      careful: 'leave: campaign other is about to bake it',
      cve: 'leave: campaign other is about to bake it',
      drift: 'leave: campaign other is about to bake it',
    },
  ],
  [
    'is being baked from an older AMI, since before it was asked for',
    {
      pending: [{ campaign: 'other', number: 1, parentAmi: older }],
      attempt: { ...made(older, { at: hoursAgo(1.5), campaign: 'other' }), tries: 1 },
    },
    {},
  ],
  [
    'is being baked from this AMI',
    {
      pending: [{ campaign: 'other', number: 1 }],
      attempt: { ...made(current, { at: hoursAgo(1.5), campaign: 'other' }), tries: 1 },
    },
    {
      release: `leave: campaign other bakes it from ${current} already`,
      drift: `leave: campaign other bakes it from ${current} already`,
    },
  ],
])('an image that %s', (_, image, left) => {
  it.each(answers(left))('by %s: %s', (kind, answer) => {
    expect(decided(kinds[kind as keyof typeof kinds], image)).toBe(answer)
  })
})

describe('whatever asks for it', () => {
  const all = Object.entries(kinds)
  it.each(all)('%s: an AMI that is gone is baked from by nobody', (_, trigger) => {
    const gone = new Set([current])
    expect(decided(trigger, {}, {}, { gone })).toBe(`leave: its parent's AMI ${current} is not available any more`)
  })

  it.each(all.filter(([kind]) => kind !== 'release'))(
    '%s: without an AMI there is nothing to bake from',
    (_, trigger) => {
      expect(decided(trigger, {}, { upstreams: {} })).toBe('leave: its parent al2023-soe has no AMI yet')
    },
  )

  it.each([
    ['manual', manual('al2023-java')],
    ['cve', cve('al2023-java')],
    ['drift', drift('al2023-java')],
  ])('%s: without an AMI of its parent, which is an image, neither', (_, trigger) => {
    const situation = situationOf(fleet, { upstreams: { 'al2023-soe': upstream() } })
    expect(decisionFor(fleet, trigger, situation, 'al2023-java')).toBe(
      'leave: its parent al2023-hardened has no AMI yet',
    )
  })
})

describe('what is not argued with', () => {
  const known: ImageState = {
    pending: [{ campaign: 'other', number: 1, parentAmi: current }],
    attempt: { ...made(older, { at: hoursAgo(0.5), campaign: 'another' }), tries: 1 },
  }
  it.each([
    ['a person', manual(root)],
    ['an emergency', emergency(release())],
    ['the emergency of a person', emergency(manual(root))],
  ])('%s', (_, trigger) => {
    expect(decided(trigger, known)).toBe('bake: because')
  })

  it('and an emergency still has nothing to do where all is done', () => {
    expect(decided(emergency(release()), last(root))).toBe(`leave: baked from ${current} 3d ago`)
  })
})

describe('a release that had to wait', () => {
  it.each<[string, ReturnType<typeof upstream>, string]>([
    [
      'is superseded by the next',
      upstream(next),
      `leave: superseded by campaign al2023-soe-${next}: al2023-soe is ${next} now`,
    ],
    [
      'is superseded by what a person chose, and not by itself',
      upstream(older, { campaign: 'this' }),
      `leave: superseded by ${older}: al2023-soe is ${older} now`,
    ],
    [
      'is superseded by what a person chose before anything was released',
      { ...upstream(older), campaign: undefined } as never,
      `leave: superseded by ${older}: al2023-soe is ${older} now`,
    ],
  ])('%s', (_, now, answer) => {
    expect(decided(release(), {}, { upstreams: { 'al2023-soe': now } })).toBe(answer)
  })

  it('is baked where the ledger knows nothing of its upstream', () => {
    expect(decided(release(), {}, { upstreams: {} })).toBe('bake: because')
  })
})
