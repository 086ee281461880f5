import { pathToFileURL } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { SoeAmiReleased } from './soe-ami-released.ts'

/**
 * The JSON Schema of the detail of an "SOE AMI Released" event, for teams that send it: `npm run schema` writes it to
 * docs/soe-ami-released.schema.json.
 */
export const soeAmiReleasedJsonSchema = () => ({
  ...toJsonSchema(SoeAmiReleased, { target: 'draft-07', typeMode: 'input', errorMode: 'throw' }),
  title: 'The detail of an "SOE AMI Released" event, version 1',
})

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.stdout.write(`${JSON.stringify(soeAmiReleasedJsonSchema(), null, 2)}\n`)
