import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { driftOf, driftTrigger } from '../../../domain/planning/drift.ts'
import type { Attempt, FleetState, ImageState, UpstreamState } from '../../../domain/planning/fleet-state.ts'
import { recordBakeFailed, recordBakeStarted, recordCandidate } from '../../../domain/planning/transitions.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { amiOf, current, hoursAgo, last, made, now, older, situationOf, upstream } from './situations.ts'

const example = exampleFleet()
const root = 'al2023-hardened'
const only = (...names: string[]): Fleet => ({
  ...example,
  images: Object.fromEntries(names.map((name) => [name, example.images[name]])) as Fleet['images'],
})
const fleet = only(root, 'ubuntu-hardened')
const family = only(root, 'al2023-java', 'al2023-node')
const { definitions } = situationOf(example)

/** What is known of the root of Amazon Linux; everything else has no AMI to be baked from. */
const knownOf = (image: ImageState, of: Partial<UpstreamState> = {}): FleetState => ({
  campaigns: 1,
  upstreams: { 'al2023-soe': upstream(current, of) },
  images: { [root]: image },
})
const found = (known: FleetState, time = now, defined = definitions, among = fleet) =>
  driftOf(among, defined, known, time).map((finding) =>
    'due' in finding ? `${finding.image}: ${finding.due}` : `${finding.image} is hopeless`,
  )
const attempt = (more: Partial<Attempt>): Attempt => ({ ...made(), tries: 1, ...more })

describe('an image is not as the fleet says', () => {
  it.each<[string, ImageState, string]>([
    ['when it was never baked', {}, 'it is new to the fleet'],
    [
      'when it was baked from an older AMI',
      last(root, older),
      `its parent al2023-soe is ${current} now, and it was baked from ${older}`,
    ],
    [
      'when it was baked by another definition',
      last(root, current, { definition: 'd0' }),
      'its definition has changed',
    ],
    [
      'when a bake of it failed that nobody recorded as a failure',
      { ...last(root, older), attempt: attempt({}) },
      `its parent al2023-soe is ${current} now, and it was baked from ${older}`,
    ],
    [
      'when what failed was something else',
      {
        ...last(root, older),
        attempt: attempt({ parentAmi: older, definition: 'd0', failed: 'why', tries: 3, givenUp: true }),
      },
      `its parent al2023-soe is ${current} now, and it was baked from ${older}`,
    ],
  ])('%s', (_, image, due) => {
    expect(found(knownOf(image))).toEqual([`${root}: ${due}`])
  })

  it("when its parent's newest AMI is another, and its parent is an image", () => {
    const known = knownOf(last(root))
    known.images['al2023-java'] = last('al2023-java', 'ami-of-yesterday')
    known.images['al2023-node'] = last('al2023-node', amiOf(root))
    expect(found(known, now, definitions, family)).toEqual([
      `al2023-java: its parent ${root} is ${amiOf(root)} now, and it was baked from ami-of-yesterday`,
    ])
  })
})

describe('an image is left alone', () => {
  it.each<[string, ImageState, Partial<UpstreamState>?]>([
    ['when it is as the fleet says', last(root)],
    ['while a campaign is to bake it', { pending: [{ campaign: 'other', number: 1 }] }],
    ['while a release of its upstream waits for its plan', {}, { open: true }],
    ['when a person stopped its bake', { attempt: attempt({ failed: 'stopped', givenUp: true }) }],
  ])('%s', (_, image, of) => {
    expect(found(knownOf(image, of))).toEqual([])
  })

  it('when there is nothing to bake it from', () => {
    expect(driftOf(fleet, definitions, { campaigns: 0, upstreams: {}, images: {} }, now)).toEqual([])
  })
})

describe('what failed is tried again', () => {
  const given = { failed: 'it hung', at: hoursAgo(20) }
  const second = `${root}: attempt 2 of 3: it hung`
  const third = `${root}: attempt 3 of 3: it hung`
  it.each<[string, number, number, string[]]>([
    ['at once', 1, 0, []],
    ['a second before the hour', 1, 1 - 1 / 3600, []],
    ['after an hour', 1, 1, [second]],
    ['after an hour, the second time', 2, 1, []],
    ['a second before six hours', 2, 6 - 1 / 3600, []],
    ['after six hours', 2, 6, [third]],
    ['after a third failure', 3, 0, [`${root} is hopeless`]],
    ['long after a third failure', 3, 1000, [`${root} is hopeless`]],
    ['after one more manually', 4, 0, [`${root} is hopeless`]],
  ])('%s', (_, tries, hours, expected) => {
    const failure = attempt({ ...given, tries, failedAt: hoursAgo(hours) })
    expect(found(knownOf({ ...last(root, older), attempt: failure }))).toEqual(expected)
  })

  it('but once people know, by nobody', () => {
    const failure = attempt({ ...given, tries: 3, failedAt: hoursAgo(9), givenUp: true })
    expect(found(knownOf({ attempt: failure }))).toEqual([])
    const changed = { ...definitions, [root]: 'd2' }
    expect(found(knownOf({ attempt: failure }), now, changed)).toEqual([`${root}: it is new to the fleet`])
  })
})

describe('the campaign that sets it right', () => {
  const triggerOf = (known: FleetState, time = now, defined = definitions, among = fleet) =>
    driftTrigger(driftOf(among, defined, known, time), time)
  const idOf = (...of: Parameters<typeof triggerOf>) => triggerOf(...of)?.id

  it('is none where nothing is due', () => {
    expect(triggerOf(knownOf(last(root)))).toBeUndefined()
    const hopeless = attempt({ failed: 'why', tries: 3 })
    expect(triggerOf(knownOf({ attempt: hopeless }))).toBeUndefined()
  })

  it('names each image with its reason', () => {
    const known = knownOf(last(root, older))
    expect(triggerOf(known)).toEqual({
      kind: 'drift',
      time: now,
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      reason: `${root}: its parent al2023-soe is ${current} now, and it was baked from ${older}`,
      images: [{ image: root, reason: `its parent al2023-soe is ${current} now, and it was baked from ${older}` }],
    })
    expect(triggerOf(known, now, definitions, family)).toMatchObject({
      reason: 'images are not what the fleet says',
      images: [{ image: root }, { image: 'al2023-java' }, { image: 'al2023-node' }],
    })
  })

  it('is the same when the same is found again, hours later: in a freeze it still waits', () => {
    const known = knownOf(last(root, older))
    expect(idOf(known, hoursAgo(-400))).toBe(idOf(known))
  })

  it.each<[string, FleetState, Record<string, string>]>([
    ['another definition', knownOf(last(root, older)), { ...definitions, [root]: 'd2' }],
    ['another parent', knownOf(last(root, older), { ami: 'ami-0000000d' }), definitions],
    [
      'another image beside it',
      { ...knownOf(last(root, older)), upstreams: { 'al2023-soe': upstream(), 'ubuntu-soe': upstream() } },
      definitions,
    ],
  ])('is another for %s', (_, known, defined) => {
    expect(idOf(known, now, defined)).not.toBe(idOf(knownOf(last(root, older))))
  })

  it('is another after each attempt, anybody who made it: a person, perhaps, after it was superseded', () => {
    const tried = (campaign: string, more: Partial<Attempt> = { failed: 'why', at: hoursAgo(9) }) =>
      idOf(knownOf({ attempt: attempt({ campaign, ...more }) }))
    expect(tried('first')).not.toBe(tried('second'))
    expect(tried('first')).not.toBe(idOf(knownOf({})))
    expect(tried('first', {})).not.toBe(idOf(knownOf({})))
  })

  it('is another when a change is taken back, and made again: Step Functions would know the first', () => {
    const bakedAs = (definition: string, version: string) => knownOf(last(root, current, { definition, version }))
    const first = bakedAs('d1', '1.0.0/1')
    const later = recordCandidate(bakedAs('d1', '1.0.0/1'), root, { ...made(), ami: 'ami-1', version: '1.0.2/1' })
    const changed = { ...definitions, [root]: 'd2' }
    expect(idOf(first, now, changed)).toBeDefined()
    expect(idOf(later, now, changed)).not.toBe(idOf(first, now, changed))
  })
})

it('bakes an image three times and no more, whatever it is asked hourly, and tells once', () => {
  let known = knownOf(last(root, older))
  const bakes: number[] = []
  const reported: number[] = []
  for (let hour = 0; hour < 100; hour++) {
    const time = hoursAgo(-hour)
    for (const finding of driftOf(fleet, definitions, known, time)) {
      if ('hopeless' in finding) {
        reported.push(hour)
        known = {
          ...known,
          images: { [root]: { ...known.images[root], attempt: { ...finding.hopeless, givenUp: true } } },
        }
        continue
      }
      bakes.push(hour)
      const bake = { ...made(), at: time, campaign: `drift-${hour}` }
      // A bake takes half an hour, and fails.
      known = recordBakeStarted(known, root, bake)
      known = recordBakeFailed(known, root, { ...bake, failed: 'why', failedAt: hoursAgo(-hour - 0.5) })
    }
  }
  expect([bakes, reported]).toEqual([[0, 2, 9], [10]])
})
