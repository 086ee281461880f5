import { expect, it } from 'vitest'
import { fleetFingerprints } from '../../../domain/fleet/fleet-fingerprint.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { exampleFleet } from '../../support/fleets.ts'

const definitions = Object.fromEntries(Object.keys(exampleFleet().images).map((image) => [image, 'as it was']))
const before = fleetFingerprints(exampleFleet(), definitions)

/** The parts that differ, on either side. */
const changed = (change: (fleet: Fleet) => void, made = definitions) => {
  const fleet = exampleFleet()
  change(fleet)
  const after = fleetFingerprints(fleet, made)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((part) => before[part] !== after[part])
}

it('is the same for the same fleet, also after it was written as JSON', () => {
  expect(changed(() => undefined)).toEqual([])
  expect(fleetFingerprints(JSON.parse(JSON.stringify(exampleFleet())), definitions)).toEqual(before)
})

it.each<[string, (fleet: Fleet) => void, string[]]>([
  ['a limit', (fleet) => Object.assign(fleet, { concurrentBakes: 3 }), ['concurrentBakes']],
  [
    'an image',
    ({ images }) => Object.assign(images['payments-api'] ?? {}, { parent: 'al2023-node' }),
    ['images payments-api'],
  ],
  ['an image that is gone', ({ images }) => void delete images['payments-api'], ['images payments-api']],
  ['a ring', ({ rings }) => rings.early?.accounts.push('999988887777'), ['rings early']],
  ['a freeze', (fleet) => Object.assign(fleet, { freezes: {} }), ['freezes year-end']],
  ['who is notified', ({ notify }) => notify.email.push('x@example.com'), ['notify']],
  [
    'the order of rings',
    (fleet) => Object.assign(fleet, { rings: Object.fromEntries(Object.entries(fleet.rings).reverse()) }),
    ['order of rings'],
  ],
])('tells %s', (_, change, parts) => {
  expect(changed(change)).toEqual(parts)
})

it('tells an image whose component files have changed', () => {
  expect(changed(() => undefined, { ...definitions, 'orders-api': 'changed' })).toEqual(['images orders-api'])
})
