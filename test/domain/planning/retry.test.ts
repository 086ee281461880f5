import { expect, it } from 'vitest'
import type { ImageStatus } from '../../../domain/image-status.ts'
import { emptyFleetState, type FleetState, type ImageState } from '../../../domain/planning/fleet-state.ts'
import { type Retry, retryOf } from '../../../domain/planning/retry.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { hoursAgo, last, made } from './situations.ts'

const fleet = exampleFleet()
const image = 'al2023-java'
const failed = { ...made(), campaign: 'newest', tries: 1, failed: 'its bake failed' }
const passed = last(image)
const stable = { ami: 'ami-1', version: '1.0.0/1', at: hoursAgo(1) }
const outcome = (status: ImageStatus) => ({ status, reason: 'an alarm fired' })
const rollOut = { again: 'roll-out', campaign: 'before', version: '1.0.0/1', why: 'an alarm fired' } as const

it.each<[string, FleetState['images'], ReturnType<typeof outcome> | undefined, Retry]>([
  ['nothing is known', {}, undefined, { not: 'nothing of al2023-java failed' }],
  [
    'its newest bake failed',
    { [image]: { ...passed, released: stable, attempt: failed } },
    outcome('released'),
    { again: 'bake', campaign: 'newest', why: 'its bake failed' },
  ],
  ['its roll-out ended', { [image]: passed }, outcome('aborted'), rollOut],
  [
    'an older one is stable',
    { [image]: { ...passed, released: { ...stable, version: '0.9.0/1' } } },
    outcome('failed'),
    rollOut,
  ],
  [
    'it was rolled out again since',
    { [image]: { ...passed, released: stable } },
    outcome('failed'),
    { not: 'nothing of al2023-java failed: 1.0.0/1 is stable' },
  ],
  ['it is on its way', { [image]: passed }, outcome('candidate'), { not: 'nothing of al2023-java failed' }],
  [
    'a campaign is to bake it',
    { [image]: { attempt: failed, pending: [{ campaign: 'c2', number: 2 }] } as ImageState },
    undefined,
    { not: 'campaign c2 is to bake al2023-java' },
  ],
  [
    'what it descends from failed',
    { 'al2023-hardened': { attempt: failed }, [image]: { ...passed, released: stable } },
    outcome('released'),
    { not: 'nothing of al2023-java failed: al2023-hardened did, from which it descends' },
  ],
])('where %s', (_, images, became, retry) => {
  expect(retryOf(fleet, { ...emptyFleetState, images }, image, became)).toEqual(retry)
})
