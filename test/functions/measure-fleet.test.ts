import { describe, expect, it } from 'vitest'
import { noLocks } from '../../domain/locks.ts'
import { emptyFleetState, type ImageState } from '../../domain/planning/fleet-state.ts'
import { measureDeployment, measureFleet } from '../../functions/reconcile-images/measure-fleet.ts'
import { hoursAgo, now } from '../domain/planning/situations.ts'
import { exampleFleet } from '../support/fleets.ts'

const example = exampleFleet()
const day = 86_400
const released = (hours: number): ImageState => ({
  released: { ami: 'ami-1', version: '1.0.0/1', at: hoursAgo(hours) },
})

/** What is measured, where these images have these promises. */
function measured(
  promises: Record<string, number | undefined>,
  images: Record<string, ImageState>,
  also: Partial<Parameters<typeof measureFleet>[1]> = {},
) {
  const seen: unknown[][] = []
  const entries = Object.entries(example.images).map(([name, image]) => {
    const { freshness: _, ...rest } = image
    return [name, { ...rest, ...(promises[name] && { freshness: promises[name] }) }]
  })
  measureFleet(
    { fleet: { ...example, images: Object.fromEntries(entries) }, measure: (...args) => seen.push(args) },
    { known: { ...emptyFleetState, images }, claims: noLocks, openApprovals: 0, time: now, ...also },
  )
  return seen
}

describe('what the hourly look measures', () => {
  it('is each promise, and the worst of them', () => {
    const seen = measured(
      { 'al2023-hardened': day, 'al2023-java': 2 * day },
      { 'al2023-hardened': released(12), 'al2023-java': released(36) },
    )
    expect(seen.filter(([name]) => name === 'FreshnessUsed')).toEqual([
      ['FreshnessUsed', 50, { Image: 'al2023-hardened' }],
      ['FreshnessUsed', 75, { Image: 'al2023-java' }],
      ['FreshnessUsed', 75],
    ])
  })

  it('is zero, and not nothing, while images with a promise are still to be baked for the first time', () => {
    expect(measured({ 'al2023-hardened': day }, {})).toContainEqual(['FreshnessUsed', 0])
  })

  it('is no freshness where nobody promised any', () => {
    expect(measured({}, { 'al2023-hardened': released(9000) })).toEqual([
      ['FleetExamined', 1],
      ['OldestLock', 0],
      ['CampaignsOpen', 0],
      ['ImagesPending', 0],
      ['LockRequestsWaiting', 0],
      ['ApprovalsOpen', 0],
    ])
  })

  it('is what waits', () => {
    const named = { holder: 'x', image: 'al2023-java', stage: 'bake', campaign: 'c', number: 1 } as const
    const claim = { ...named, emergency: false, remaining: 1 }
    const held = [2, 5, 3].map((hours) => ({ ...claim, since: hoursAgo(hours), told: true }))
    const claims = { ...noLocks, held, queue: [{ ...claim, since: hoursAgo(50) }] }
    const pending = (...campaigns: string[]): ImageState => ({
      pending: campaigns.map((campaign, at) => ({ campaign, number: at })),
    })
    const known = { 'al2023-hardened': pending('a', 'b'), 'al2023-java': pending('b'), 'al2023-node': {} }
    expect(measured({}, known, { claims, openApprovals: 3 })).toEqual([
      ['FleetExamined', 1],
      ['OldestLock', 5 * 3600],
      ['CampaignsOpen', 2],
      ['ImagesPending', 2],
      ['LockRequestsWaiting', 1],
      ['ApprovalsOpen', 3],
    ])
  })
})

describe('what a deployment measures', () => {
  it.each([
    [
      'with a promise',
      day,
      [
        ['FleetExamined', 1],
        ['FreshnessUsed', 0],
      ],
    ],
    ['without one', undefined, [['FleetExamined', 1]]],
  ])('is that a fleet %s is looked at', (_, freshness, expected) => {
    const seen: unknown[][] = []
    const { java } = { java: example.images['al2023-java'] }
    const { freshness: _own, ...rest } = java ?? ({} as never)
    const images = { java: { ...rest, ...(freshness && { freshness }) } }
    measureDeployment({ fleet: { ...example, images }, measure: (...args) => seen.push(args) })
    expect(seen).toEqual(expected)
  })
})
