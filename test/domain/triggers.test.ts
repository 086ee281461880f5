import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { campaignName, findingId, Trigger, titleOf } from '../../domain/triggers.ts'

const ami = 'ami-0a1b2c3d4e5f67890'
const common = { time: '2026-09-09T16:00:00Z', reason: 'why' }
const triggers: Record<string, Trigger> = {
  release: { kind: 'release', upstream: 'al2023-soe', ami, amiName: 'soe-al2023-1', ...common },
  cycle: { kind: 'cycle', cycle: 'monthly', ...common },
  images: { kind: 'manual', images: ['orders-api', 'payments-api'], ...common },
  upstream: { kind: 'manual', upstream: 'al2023-soe', ami, ...common },
  cve: { kind: 'cve', image: 'web-frontend', version: '1.0.3/1', ...common },
  drift: {
    kind: 'drift',
    id: '0123456789abcdef',
    ...common,
    images: [
      { image: 'web-frontend', reason: 'it is new to the fleet' },
      { image: 'al2023-node', reason: 'its definition has changed' },
    ],
  },
  promote: { kind: 'promote', image: 'web-frontend', version: '1.0.3/1', ...common },
}

it.each([
  ['release', 'al2023-soe-ami-0a1b2c3d4e5f67890', 'al2023-soe ami-0a1b2c3d4e5f67890'],
  ['cycle', 'monthly-20260909T160000Z', 'patch cycle monthly'],
  ['images', 'manual-20260909T160000Z-orders-api_payments-api', 'manual: orders-api, payments-api'],
  ['upstream', 'manual-20260909T160000Z-al2023-soe-ami-0a1b2c3d4e5f67890', 'manual: al2023-soe'],
  ['cve', 'cve-web-frontend-1-0-3-1', 'vulnerabilities in web-frontend'],
  ['promote', 'promote-web-frontend-1-0-3-1-20260909T160000Z', 'promotion of web-frontend 1.0.3/1'],
  ['drift', 'drift-0123456789abcdef', 'not as the fleet says: web-frontend, al2023-node'],
])('a campaign is named after its trigger: %s', (kind, name, title) => {
  const trigger = triggers[kind] as Trigger
  expect(campaignName(trigger)).toBe(name)
  expect(titleOf(trigger)).toBe(title)
})

describe('the name of a campaign', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}$/)
  const amis = fc.stringMatching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/)
  const time = fc
    .date({ min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString())
  const version = fc
    .tuple(fc.nat(99), fc.nat(99), fc.nat(999), fc.integer({ min: 1, max: 999 }))
    .map(([a, b, c, build]) => `${a}.${b}.${c}/${build}`)
  const of = (shape: object) => fc.record({ time, reason: fc.constant('why'), ...shape }) as fc.Arbitrary<Trigger>
  /** For each kind, and what tells two of its triggers apart. */
  const any = fc.oneof(
    of({ kind: fc.constant('release'), upstream: key, ami: amis, amiName: fc.string() }),
    of({ kind: fc.constant('cycle'), cycle: key }),
    of({ kind: fc.constant('manual'), images: fc.array(key, { minLength: 1, maxLength: 12 }) }),
    of({ kind: fc.constant('manual'), upstream: key, ami: amis }),
    of({ kind: fc.constant('cve'), image: key, version }),
    of({ kind: fc.constant('promote'), image: key, version }),
    of({
      kind: fc.constant('drift'),
      images: fc.array(fc.record({ image: key, reason: fc.constant('why') }), { minLength: 1 }),
      id: fc.array(fc.string(), { minLength: 1 }).map((facts) => findingId(...facts)),
    }),
  )
  const second = (text: string) => Math.floor(Date.parse(text) / 1000)
  const identity = (trigger: Trigger): unknown[] => {
    switch (trigger.kind) {
      case 'release':
        return [trigger.upstream, trigger.ami]
      case 'cycle':
        return [trigger.cycle, second(trigger.time)]
      case 'manual':
        return [second(trigger.time), ...(trigger.images ?? [trigger.upstream])]
      case 'cve':
        return [trigger.image, trigger.version]
      case 'drift':
        return [trigger.id]
      case 'promote':
        return [trigger.image, trigger.version, second(trigger.time)]
    }
  }
  const same = (a: Trigger, b: Trigger) =>
    a.kind === b.kind && JSON.stringify(identity(a)) === JSON.stringify(identity(b))

  it('is one that Step Functions takes, and the same for the same trigger whatever its reason', () => {
    fc.assert(
      fc.property(any, (trigger) => {
        expect(campaignName(trigger)).toMatch(/^[A-Za-z0-9_-]{1,80}$/)
        expect(campaignName({ ...trigger, reason: 'another', emergency: true })).toBe(campaignName(trigger))
      }),
    )
  })

  it('is another for another trigger, of whichever kind', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        if (!same(a, b)) expect(campaignName(a)).not.toBe(campaignName(b))
      }),
      { numRuns: 500 },
    )
  })

  it('of a patch cycle is never that of a release, whose AMI ends it', () => {
    const cycle = { kind: 'cycle', cycle: 'al2023-soe', ...common } as const
    expect(campaignName(cycle)).not.toBe(campaignName(triggers.release as Trigger))
  })
})

describe('an input that says why it comes', () => {
  it.each(Object.entries(triggers))('is read as it is: %s', (_, trigger) => {
    expect(v.parse(Trigger, trigger)).toEqual(trigger)
  })

  it.each<[string, object, RegExp]>([
    ['no kind', { ...common }, /kind/],
    ['another kind', { ...common, kind: 'wish' }, /"release"/],
    ['no time', { ...triggers.cycle, time: undefined }, /time/],
    ['a time that is none', { ...triggers.cycle, time: 'today' }, /timestamp/],
    ['no reason', { ...triggers.cycle, reason: '' }, /length/],
    ['an AMI that is none', { ...triggers.release, ami: 'ami-1' }, /expected an AMI id/],
    ['an empty list of images', { ...triggers.images, images: [] }, /length/],
    ['a finding of nothing', { ...triggers.drift, images: [] }, /length/],
  ])('is refused with %s', (_, input, message) => {
    const { success, issues = [] } = v.safeParse(Trigger, input)
    const said = issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; ')
    expect([success, said]).toEqual([false, expect.stringMatching(message)])
  })
})

it('gives a finding an id that is the same when it is found again', () => {
  expect(findingId('web', 'ami-0a')).toMatch(/^[0-9a-f]{16}$/)
  expect(findingId('web', 'ami-0a')).toBe(findingId('web', 'ami-0a'))
  expect(findingId('web', 'ami-0a')).not.toBe(findingId('webami-0a'))
})
