import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { customCheckJsonSchema } from '../../../domain/validation/json-schema.ts'

it('is what docs/custom-check.schema.json has; otherwise run `npm run schema`', () => {
  expect(JSON.parse(readFileSync('docs/custom-check.schema.json', 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(customCheckJsonSchema())),
  )
})
