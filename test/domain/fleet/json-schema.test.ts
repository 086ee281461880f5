import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fleetJsonSchema } from '../../../domain/fleet/json-schema.ts'

it('is what fleet.schema.json has; otherwise run `npm run schema`', () => {
  expect(JSON.parse(readFileSync('fleet.schema.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(fleetJsonSchema())))
})

it('is found by editors from the first line of the example', () => {
  expect(readFileSync('examples/golden/fleet.yaml', 'utf8').split('\n')[0]).toBe(
    '# yaml-language-server: $schema=../../fleet.schema.json',
  )
})

it('describes what people write: durations are text, and what has a default may be left out', () => {
  const { properties } = fleetJsonSchema() as unknown as Record<
    'properties',
    Record<string, { additionalProperties: Record<string, Record<string, unknown>> }>
  >
  const image = properties.images?.additionalProperties
  expect(image?.properties?.timeout).toMatchObject({ type: 'string', default: '2h' })
  expect(image?.required).toEqual(['parent'])
  expect(image?.additionalProperties).toBe(false)
})
