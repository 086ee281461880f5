import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { soeAmiReleasedJsonSchema } from '../../../domain/planning/json-schema.ts'
import { readSoeAmiReleased } from '../../../domain/planning/soe-ami-released.ts'

it('is what docs/soe-ami-released.schema.json has; otherwise run `npm run schema`', () => {
  expect(JSON.parse(readFileSync('docs/soe-ami-released.schema.json', 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(soeAmiReleasedJsonSchema())),
  )
})

it('is what the example in docs/events.md and events/ follow', () => {
  const [, text = ''] =
    /^```json\n(\{[^`]*"SOE AMI Released"[^`]*)^```/ms.exec(readFileSync('docs/events.md', 'utf8')) ?? []
  const documented = JSON.parse(text) as { detail: unknown }
  const file = JSON.parse(readFileSync('events/soe.ami-released.json', 'utf8')) as { detail: unknown }
  for (const { detail } of [documented, file]) expect(readSoeAmiReleased(detail)).toEqual({ released: detail })
})
