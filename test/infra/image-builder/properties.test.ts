import { readFileSync } from 'node:fs'
import * as imageBuilder from 'aws-cdk-lib/aws-imagebuilder'
import { beforeAll, describe, expect, it } from 'vitest'
import { properties, propertiesReference, rowsOf } from '../../../infra/image-builder/properties.ts'
import type { Template } from '../../../infra/synthesize.ts'
import { everyKey, keysOf } from '../../support/every-key.ts'
import { assemblyOf, slow } from '../../support/rehearsal.ts'
import { resourcesOf } from '../../support/template.ts'

const all = Object.entries(properties).flatMap(([resource, cells]) =>
  rowsOf(cells).map(([path, row]) => ({ resource, path, row })),
)

it('is what docs/image-builder.md says', () => {
  expect(readFileSync('docs/image-builder.md', 'utf8')).toBe(propertiesReference())
})

it('has every resource of Image Builder that the CDK knows: the compiler asks for each of its properties', () => {
  const known = Object.keys(imageBuilder).flatMap((name) => /^Cfn(\w+)$/.exec(name)?.[1] ?? [])
  expect(Object.keys(properties).toSorted()).toEqual(known.toSorted())
})

it('has a text in every cell', () => {
  const empty = all.filter(
    ({ row }) =>
      Object.values(row)
        .flat()
        .some((text) => text.trim() === '') || Object.values(row).flat().length === 0,
  )
  expect(empty).toEqual([])
})

it('names keys that the fleet file has', () => {
  const keys = keysOf(JSON.parse(readFileSync('fleet.schema.json', 'utf8')))
  const named = all.flatMap(({ row }) => ('fleet' in row ? row.fleet : [])).map((key) => key.replaceAll('NAME', '*'))
  expect([...new Set(named)].filter((key) => !keys.includes(key))).toEqual([])
})

describe('the templates of a fleet with every key', () => {
  let template: Template
  beforeAll(async () => {
    template = (await assemblyOf(everyKey())).buildStack.template
  }, slow)

  /** The paths of what a resource has, as far as the table has them. */
  const set = (resource: string, value: unknown, under: string): string[] => {
    const known = all.filter((row) => row.resource === resource).map(({ path }) => path)
    if (known.includes(under)) return [under]
    if (Array.isArray(value)) return value.flatMap((item) => set(resource, item, under))
    if (typeof value !== 'object' || value === null) return [under]
    return Object.entries(value).flatMap(([name, inner]) => set(resource, inner, under ? `${under}.${name}` : name))
  }
  const inTemplate = (resource: string) => [
    ...new Set(
      Object.values(resourcesOf(template, `AWS::ImageBuilder::${resource}`)).flatMap((made) => set(resource, made, '')),
    ),
  ]

  it.each(Object.entries(properties))('say of %s what the table says, and no more', (resource, cells) => {
    const found = inTemplate(resource)
    if (found.length === 0) return
    const rows = rowsOf(cells)
    const said = rows.filter(([, row]) => 'fleet' in row || 'rebake' in row)
    expect(found.toSorted()).toEqual(said.map(([path]) => path).toSorted())
  })

  it('have the resources that a template can have', () => {
    const made = Object.keys(properties).filter((resource) => inTemplate(resource).length > 0)
    expect(made).toEqual(['InfrastructureConfiguration', 'Component', 'ImageRecipe', 'ImagePipeline', 'Workflow'])
  })
})
