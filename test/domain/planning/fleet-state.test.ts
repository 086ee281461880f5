import { describe, expect, it } from 'vitest'
import { comingBakes, emptyFleetState, parentAmiOf, takenOverBy } from '../../../domain/planning/fleet-state.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { amiOf, current, last, made, upstream } from './situations.ts'

describe('who is to bake an image', () => {
  const pending = [
    { campaign: 'c1', number: 1 },
    { campaign: 'c2', number: 2, emergency: true },
    { campaign: 'c3', number: 3 },
  ]
  it('and has not begun to', () => {
    const attempt = { ...made(current, { campaign: 'c1' }), tries: 1 }
    expect(comingBakes({ pending, attempt }, 'c3').map(({ number }) => number)).toEqual([2])
    expect(comingBakes({})).toEqual([])
  })

  it.each([
    [1, false, 'c3'],
    [2, false, 'c3'],
    [3, false, undefined],
    [1, true, 'c2'],
    [2, true, undefined],
  ])('instead of number %i (emergency: %j): %j', (number, emergency, by) => {
    const known = { ...emptyFleetState, images: { web: { pending } } }
    expect(takenOverBy(known, 'web', { number, emergency })).toBe(by)
    expect(takenOverBy(emptyFleetState, 'web', { number, emergency })).toBeUndefined()
  })

  it.each([
    [1, false, 'c2'],
    [2, false, undefined],
    [3, false, undefined],
    [1, true, undefined],
  ])('and did so while number %i (emergency: %j) waited: %j', (number, emergency, by) => {
    const baked = { ...made(current, { campaign: 'c2' }), ami: 'ami-0b', version: '1.0.0/2', number: 2 }
    const known = { ...emptyFleetState, images: { web: { last: baked } } }
    expect(takenOverBy(known, 'web', { number, emergency })).toBe(by)
  })
})

it.each([
  ['al2023-hardened', current],
  ['al2023-java', amiOf('al2023-hardened')],
  ['payments-api', undefined],
  ['ubuntu-hardened', undefined],
])('%s would be baked from %j now', (image, ami) => {
  const known = {
    ...emptyFleetState,
    upstreams: { 'al2023-soe': upstream() },
    images: { 'al2023-hardened': last('al2023-hardened'), 'al2023-java': {} },
  }
  expect(parentAmiOf(exampleFleet(), known, image)).toBe(ami)
})
