import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { type CheckKind, checkNeeds, checkSchemas } from '../../domain/check-kinds.ts'
import { imageFields } from '../../domain/fleet/image-fields.ts'
import { type Image, ImageSchema } from '../../domain/fleet/model.ts'

const file = 'docs/fleet.md'

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const besidePipeline = {
  only: 'only there',
  ours: 'the same',
  kept: 'the pipeline keeps its own',
  refused: 'an error: the pipeline decides',
}

/** What stands where the file says nothing; empty lists and mappings say nothing either. */
function defaultOf(schema: v.GenericSchema): string {
  if (!/optional$/.test(schema.type)) return 'needed'
  const value = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>)
  return value === undefined || typeof value === 'object' ? '' : `\`${value}\``
}

function imageFieldsTable() {
  const rows = (Object.keys(imageFields) as (keyof Image)[]).map((field) => {
    const { baked, adopted } = imageFields[field]
    const schema = ImageSchema.entries[field]
    return [
      `\`${field}\``,
      v.getDescription(schema) ?? '',
      defaultOf(schema),
      baked ? 'yes' : '',
      besidePipeline[adopted],
    ]
  })
  return table(['field', 'is', 'default', 'a change bakes it again', 'beside `pipeline`'], rows)
}

function checksTable() {
  const schemas = checkSchemas()
  const rows = (Object.keys(schemas) as CheckKind[]).map((kind) => [
    `\`${kind}\``,
    v.getDescription(schemas[kind]) ?? '',
    checkNeeds[kind].join(', '),
  ])
  return table(['check', 'looks at', 'needs of the pipeline'], rows)
}

/** What the document must have between `<!-- name -->` and `<!-- end -->`. */
const tables = { 'image fields': imageFieldsTable, checks: checksTable }

const withTables = (text: string) =>
  Object.entries(tables).reduce((before, [name, write]) => {
    const [start, end] = [`<!-- ${name} -->\n`, '<!-- end -->']
    const [above = '', below] = before.split(start)
    if (below === undefined) throw new Error(`${file} has no ${start}`)
    return `${above}${start}${write()}\n${below.slice(below.indexOf(end))}`
  }, text)

it(`the tables of ${file} are what the code says; \`npx vitest run test/docs -u\` writes them`, async () => {
  await expect(withTables(readFileSync(file, 'utf8'))).toMatchFileSnapshot(`../../${file}`)
})

it.each(Object.keys(imageFields) as (keyof Image)[])('the field %s of an image is described', (field) => {
  expect(v.getDescription(ImageSchema.entries[field])).toMatch(/\w/)
})

it.each(Object.keys(checkSchemas()) as CheckKind[])('the check %s is described', (kind) => {
  expect(v.getDescription(checkSchemas()[kind])).toMatch(/\w/)
})
