import { expect, it } from 'vitest'
import type { ImageState } from '../../../domain/planning/fleet-state.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { freshnessOf } from '../../../domain/planning/freshness.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { hoursAgo, last, now } from './situations.ts'

const example = exampleFleet()
const image = 'al2023-hardened'
const day = 86_400
const promising = (freshness: number | undefined, known: ImageState) => {
  const { freshness: _, ...plain } = example.images[image] as NonNullable<(typeof example.images)[string]>
  const images = { [image]: { ...plain, ...(freshness && { freshness }) } }
  return freshnessOf({ ...example, images }, { ...emptyFleetState, images: { [image]: known } }, now)
}
const released = (hours: number) => ({ released: { ami: 'ami-1', version: '1.0.0/1', at: hoursAgo(hours) } })
const baked = (hours: number): ImageState => {
  const { last: bake } = last(image)
  return bake ? { last: { ...bake, at: hoursAgo(hours) } } : {}
}

it.each<[string, number | undefined, ImageState, number | undefined]>([
  ['released just now', day, released(0), 0],
  ['halfway', day, released(12), 50],
  ['to the day', day, released(24), 100],
  ['broken', day, released(48), 200],
  ['released by a clock ahead of ours', day, released(-1), 0],
  ['baked since, and not released: targets have what they had', day, { ...released(48), ...baked(1) }, 200],
  ['never released: its bake counts', day, baked(6), 25],
  ['released before the ledger kept when', day, { released: { ami: 'a', version: '1' }, ...baked(12) }, 50],
  ['never baked', day, {}, undefined],
  ['no promise', undefined, released(48), undefined],
])('%s', (_, freshness, known, percent) => {
  expect(promising(freshness, known)).toEqual(percent === undefined ? [] : [{ image, percent }])
})
