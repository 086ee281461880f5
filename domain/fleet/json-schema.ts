import { pathToFileURL } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { FleetSchema } from './model.ts'

/**
 * The JSON Schema of fleet.yaml, for editors: `npm run schema` writes it to fleet.schema.json. It knows shapes
 * and single values; what one part says about another only parseFleet can tell.
 */
export const fleetJsonSchema = () => ({
  ...toJsonSchema(FleetSchema, {
    target: 'draft-07',
    typeMode: 'input',
    // Checks in code have no counterpart; the shape around them stands.
    ignoreActions: ['check', 'transform'],
    errorMode: 'throw',
  }),
  title: 'A Rebake fleet',
})

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.stdout.write(`${JSON.stringify(fleetJsonSchema(), null, 2)}\n`)
