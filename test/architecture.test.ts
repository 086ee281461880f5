import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Imports point one way: to the same floor, or to one further left. */
const floors = ['domain', 'functions', 'infra', 'rehearsal', 'cli', 'bench']
const files = floors.flatMap((floor) =>
  readdirSync(floor, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(floor, file)),
)
const source = (file: string) => readFileSync(file, 'utf8')
const imports = (file: string) =>
  [...source(file).matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, name]) => name ?? '')
const floorOf = (file: string) => floors.indexOf(file.split('/')[0] ?? '')
const under = (...folders: string[]) => files.filter((file) => folders.includes(file.split('/')[0] ?? ''))

describe.each(files)('%s', (file) => {
  it('imports from its own floor and those below', () => {
    const local = imports(file).filter((name) => name.startsWith('.'))
    const above = local.filter((name) => floorOf(join(dirname(file), name)) > floorOf(file))
    expect(above).toEqual([])
  })

  it('fits on a few screens', () => {
    expect(source(file).split('\n').length).toBeLessThanOrEqual(270)
  })
})

it.each(under('domain'))('%s knows no SDK, no files and no environment', (file) => {
  expect(imports(file).filter((name) => /^(@aws|@smithy|aws-|node:fs|node:child)/.test(name))).toEqual([])
  expect(source(file)).not.toMatch(/process\.env/)
})

// Time and identity come with the input, so that a run can be replayed.
it.each(under('domain', 'functions', 'infra', 'rehearsal'))('%s asks no clock and no chance', (file) => {
  expect(source(file)).not.toMatch(/Date\.now\(|new Date\(\)|Math\.random\(|randomUUID\(/)
})
