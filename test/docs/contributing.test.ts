import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mutations } from '../support/mutations.ts'

const [, text = ''] = readFileSync('CONTRIBUTING.md', 'utf8').split(/^## Recipes$/m)
/** The recipes by their headings. */
const recipes = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => {
      const [heading = '', ...lines] = section.split('\n')
      return [heading, lines.join('\n')]
    }),
)

const tables = Object.entries(mutations).flatMap(([mutation, made]) => {
  const { recipe, file, named } = made
  return recipe === undefined ? [] : [{ mutation, recipe, files: [...new Set([file, ...Object.keys(named)])] }]
})

describe.each(tables)('$recipe: $mutation', ({ recipe, files }) => {
  it.each(files)('the recipe names %s', (file) => {
    expect(recipes.get(recipe)).toContain(`\`${file}\``)
  })
})

/** What has no table whose rows the compiler could miss elsewhere. */
const withoutTable = ['A command', 'An alarm']

it('every other recipe has a mutation', () => {
  const held = new Set(tables.map(({ recipe }) => recipe))
  expect([...held, ...withoutTable].sort()).toEqual([...recipes.keys()].sort())
})
