import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { changesOf, changingTypes } from '../../../emulator/world/resource-changes.ts'
import { resourceTypes } from '../../../emulator/world/resources.ts'

/** What the CDK's own command knows of CloudFormation's types, from their schemas and the Template Reference. */
interface Type {
  cloudFormationType: string
  properties: Record<string, { causesReplacement?: 'yes' | 'no' | 'maybe' }>
}
const database = JSON.parse(gunzipSync(readFileSync('node_modules/aws-cdk/db.json.gz')).toString()) as {
  schema: { resource: { entities?: Record<string, Type> } & Record<string, Type> }
}
const { resource } = database.schema
const known = new Map(Object.values(resource.entities ?? resource).map((type) => [type.cloudFormationType, type]))

it('has a row for every type that templates may have here', () => {
  const { made, inert } = resourceTypes()
  expect([...changingTypes].sort()).toEqual([...made, ...inert].filter((type) => type !== 'Custom::*').sort())
})

describe.each(changingTypes)('%s', (type) => {
  const properties = Object.entries(known.get(type)?.properties ?? {})
  const { replaced = [], disputed = {}, alsoReplaced, name } = changesOf(type) ?? {}

  it('is replaced for what its schema can only be given when it is created', () => {
    const yes = properties.filter(([, each]) => each.causesReplacement === 'yes').map(([key]) => key)
    expect([...replaced, ...Object.keys(disputed)].sort()).toEqual(yes.sort())
    const maybe = properties.filter(([, each]) => each.causesReplacement === 'maybe').map(([key]) => key)
    expect(alsoReplaced?.({}).sort() ?? []).toEqual(maybe.sort())
  })

  it('has a name that is one of its properties and never changes', () => {
    if (name !== undefined) expect(replaced).toContain(name)
  })
})
