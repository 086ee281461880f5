import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { keys } from '../../ledger/keys.ts'

const plugin = 'lint/ledger-keys.grit'

/** What keys begin with: `CAMPAIGN#`, `WAIT#`, ... */
const prefixes = [
  ...new Set(Object.values(keys).flatMap(({ pk, sk }) => [pk, sk].flatMap((key) => /^\w+#/.exec(key)?.[0] ?? []))),
]

/** The lines of a source in which the linter finds a key. */
function linesFound(source: string): number[] {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-lint-'))
  const linter = { rules: { preset: 'none' } }
  const config = { root: true, plugins: [resolve(plugin)], linter, formatter: { enabled: false } }
  writeFileSync(join(directory, 'biome.json'), JSON.stringify(config))
  writeFileSync(join(directory, 'a.ts'), source)
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', 'a.ts']
  const { stdout } = spawnSync(resolve('node_modules/.bin/biome'), args, { cwd: directory, encoding: 'utf8' })
  rmSync(directory, { recursive: true })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: { start: { line: number } } }[] }
  return diagnostics.map(({ location }) => location.start.line)
}

it('finds every key that is spelt outside of the ledger, however it is written, and nothing else', () => {
  const spelt = prefixes.flatMap((prefix) => [
    `export const text = '${prefix}x'`,
    `export const starts = (sk: string) => sk.startsWith("${prefix}")`,
    `export const made = (name: string) => \`${prefix}\${name}\``,
  ])
  const other = [
    "export const words = 'the IMAGE#1 of them'",
    "export const hash = 'image#1'",
    "export const pk = 'PK#1'",
  ]
  expect(linesFound([...spelt, ...other].join('\n'))).toEqual(spelt.map((_, at) => at + 1))
})

it('looks at all that is no ledger', () => {
  const { overrides } = JSON.parse(readFileSync('biome.json', 'utf8')) as {
    overrides: { includes: string[]; plugins?: string[] }[]
  }
  const { includes = [] } = overrides.find(({ plugins }) => plugins?.includes(`./${plugin}`)) ?? {}
  const folders = ['domain', 'aws', 'functions', 'infra', 'emulator', 'rehearsal', 'cli', 'bench']
  expect(includes).toEqual(folders.map((folder) => `${folder}/**`))
})
