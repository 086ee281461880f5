import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { campaignWindow, nextChangeWindow, type Scope } from '../../../domain/planning/change-windows.ts'
import type { Trigger } from '../../../domain/triggers.ts'
import { exampleFleet } from '../../support/fleets.ts'

const base = exampleFleet()
const timezone = 'UTC'
const freeze = (more: Partial<Fleet['freezes'][string]> = {}) => ({
  reason: 'holidays',
  from: '2026-12-18T00:00',
  to: '2027-01-04T00:00',
  timezone,
  ...more,
})
const nights = { schedule: 'cron(0 2 * * ? *)', timezone, duration: 4 * 3600 }
const sundays = { schedule: 'cron(0 0 ? * SUN *)', timezone, duration: 24 * 3600 }
const fleetWith = (more: Partial<Fleet>, window: Partial<Record<'image' | 'ring', typeof nights>> = {}): Fleet => ({
  ...base,
  freezes: {},
  ...more,
  images: {
    ...base.images,
    'web-frontend': { ...base.images['web-frontend'], ...(window.image && { window: window.image }) },
  } as Fleet['images'],
  rings: {
    ...base.rings,
    everyone: { ...base.rings.everyone, ...(window.ring && { window: window.ring }) },
  } as Fleet['rings'],
})

/** `2027-01-04T00:00Z: why; why`, or undefined for at once. */
const shown = (opening: ReturnType<typeof nextChangeWindow>) =>
  opening && `${opening.opensAt.toISOString().slice(0, 16)}Z: ${opening.reasons.join('; ')}`
const inFreeze = new Date('2026-12-20T12:00:00Z')
const until = "2027-01-04T00:00Z: freeze 'year-end' (holidays) until Mon 4 Jan 2027 00:00 UTC"

describe('a freeze', () => {
  const scopes: Record<string, Scope> = {
    'a campaign': {},
    'the bake of web-frontend': { image: 'web-frontend' },
    'the bake of orders-api': { image: 'orders-api' },
    'its roll-out to early': { image: 'web-frontend', ring: 'early' },
    'its roll-out to everyone': { image: 'web-frontend', ring: 'everyone' },
    'that of orders-api': { image: 'orders-api', ring: 'everyone' },
  }
  it.each<[string, Partial<Fleet['freezes'][string]>, string[]]>([
    ['everything', {}, Object.keys(scopes)],
    [
      'some images',
      { images: ['web-*'] },
      ['the bake of web-frontend', 'its roll-out to early', 'its roll-out to everyone'],
    ],
    ['a ring', { rings: ['everyone'] }, ['its roll-out to everyone', 'that of orders-api']],
    ['some images in a ring', { rings: ['everyone'], images: ['web-*'] }, ['its roll-out to everyone']],
  ])('of %s holds up just that', (_, more, held) => {
    const fleet = fleetWith({ freezes: { 'year-end': freeze(more) } })
    const waiting = Object.entries(scopes).filter(([, scope]) => nextChangeWindow(fleet, scope, inFreeze))
    expect(waiting.map(([name]) => name)).toEqual(held)
    for (const [, scope] of waiting) expect(shown(nextChangeWindow(fleet, scope, inFreeze))).toBe(until)
  })

  it.each([
    ['2026-12-17T23:59:59Z', undefined],
    ['2026-12-18T00:00:00Z', until],
    ['2027-01-03T23:59:59Z', until],
    ['2027-01-04T00:00:00Z', undefined],
  ])('at %s: %j', (time, expected) => {
    const fleet = fleetWith({ freezes: { 'year-end': freeze() } })
    expect(shown(nextChangeWindow(fleet, {}, new Date(time)))).toBe(expected)
  })
})

describe('a window', () => {
  const fleet = fleetWith({}, { image: nights, ring: sundays })
  const wednesday = new Date('2026-09-09T12:00:00Z')
  const image = 'window of image web-frontend opens Thu 10 Sep 2026 02:00 UTC'
  it.each<[string, Scope, string | undefined]>([
    ['a campaign does not wait for', {}, undefined],
    ['the bake of its image waits for', { image: 'web-frontend' }, `2026-09-10T02:00Z: ${image}`],
    ['the bake of another does not wait for', { image: 'orders-api' }, undefined],
    [
      'the roll-out of its image to another ring waits for',
      { image: 'web-frontend', ring: 'early' },
      `2026-09-10T02:00Z: ${image}`,
    ],
    [
      'the roll-out of another image to its ring waits for',
      { image: 'orders-api', ring: 'everyone' },
      '2026-09-13T00:00Z: window of ring everyone opens Sun 13 Sep 2026 00:00 UTC',
    ],
  ])('%s', (_, scope, expected) => {
    expect(shown(nextChangeWindow(fleet, scope, wednesday))).toBe(expected)
  })

  it('and another window are waited for until both are open, and a freeze is over', () => {
    const frozen = fleetWith({ freezes: { 'year-end': freeze() } }, { image: nights, ring: sundays })
    const opening = nextChangeWindow(frozen, { image: 'web-frontend', ring: 'everyone' }, inFreeze)
    // The first Sunday night after the freeze.
    expect(opening?.opensAt.toISOString()).toBe('2027-01-10T02:00:00.000Z')
    expect(opening?.reasons.map((reason) => reason.split(' ').slice(0, 3).join(' '))).toEqual([
      "freeze 'year-end' (holidays)",
      'window of image',
      'window of ring',
    ])
  })
})

describe('a campaign', () => {
  const cycle = (name: string, time: string): Trigger => ({
    kind: 'cycle',
    cycle: name,
    time,
    reason: 'because',
  })
  const cycles = {
    monthly: {
      schedule: 'cron(0 2 ? * TUE#2 *)',
      timezone: 'Australia/Sydney',
      offset: '1d',
      onlyIfChanged: false,
    },
    plain: { schedule: 'cron(0 2 ? * TUE#2 *)', timezone, onlyIfChanged: false },
  } as Fleet['patchCycles']
  const fleet = fleetWith({ patchCycles: cycles, freezes: { 'year-end': freeze() } })
  const opening = (trigger: Trigger, now: string) => shown(campaignWindow(fleet, trigger, new Date(now)))
  const tuesday = '2026-09-07T16:00:00Z'

  it.each<[string, Trigger, string, string | undefined]>([
    [
      'of a cycle waits for its day',
      cycle('monthly', tuesday),
      tuesday,
      '2026-09-08T16:00Z: it is for Wed 9 Sep 2026 02:00 Australia/Sydney',
    ],
    ['begins when it has come', cycle('monthly', tuesday), '2026-09-08T16:00:00Z', undefined],
    ['of a cycle without an offset begins at once', cycle('plain', tuesday), tuesday, undefined],
    ['of a cycle that is gone begins at once, to say so', cycle('yearly', tuesday), tuesday, undefined],
    [
      // Daylight saving begins in Sydney on 4 October 2026: the day before has 23 hours.
      'counts days by the clock on the wall',
      cycle('monthly', '2026-10-03T15:00:00Z'),
      '2026-10-03T15:00:00Z',
      '2026-10-04T14:00Z: it is for Mon 5 Oct 2026 01:00 Australia/Sydney',
    ],
    ['waits for a freeze of everything', cycle('plain', '2026-12-20T00:00:00Z'), '2026-12-20T00:00:00Z', until],
    [
      'that is for a day in a freeze waits for both',
      cycle('monthly', '2026-12-17T12:00:00Z'),
      '2026-12-17T12:00:00Z',
      `2027-01-04T00:00Z: it is for Fri 18 Dec 2026 23:00 Australia/Sydney; ${until.slice(19)}`,
    ],
  ])('%s', (_, trigger, now, expected) => {
    expect(opening(trigger, now)).toBe(expected)
  })

  it.each([['release'], ['manual'], ['cve'], ['drift']])('of the kind %s waits for a freeze of everything', (kind) => {
    const trigger = { kind, time: tuesday, reason: 'because' } as Trigger
    expect(opening(trigger, '2026-12-20T00:00:00Z')).toBe(until)
    expect(opening({ ...trigger, emergency: true }, '2026-12-20T00:00:00Z')).toBeUndefined()
  })

  it('does not wait for a freeze of some images, or of a ring: its images do', () => {
    for (const some of [{ images: ['web-*'] }, { rings: ['early'] }]) {
      const frozen = fleetWith({ freezes: { some: freeze(some) }, patchCycles: cycles })
      expect(campaignWindow(frozen, cycle('plain', tuesday), inFreeze)).toBeUndefined()
    }
  })
})
