import { pathToFileURL } from 'node:url'
import { toJsonSchemaDefs } from '@valibot/to-json-schema'
import { CustomCheckAnswer, CustomCheckRequest } from './custom.ts'

/**
 * The JSON Schema of what a custom check is asked and answers, for teams that write one: `npm run schema` writes it to
 * docs/custom-check.schema.json.
 */
export const customCheckJsonSchema = () => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'What a custom check is asked (CustomCheckRequest) and answers (CustomCheckAnswer), version 1',
  definitions: toJsonSchemaDefs(
    { CustomCheckRequest, CustomCheckAnswer },
    { target: 'draft-07', typeMode: 'input', errorMode: 'throw' },
  ),
})

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.stdout.write(`${JSON.stringify(customCheckJsonSchema(), null, 2)}\n`)
