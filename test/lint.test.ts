import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Rule {
  message: string
  refused: string[]
  allowed: string[]
}

const up = (file: string) => `../${file}`

/** What Biome is to say of snippets, by the file of the rule. */
const rules: Record<string, Rule> = {
  'ledger-keys.grit': {
    message: 'Only ledger/keys.ts spells keys of the ledger. Use a store.',
    refused: ["export const key = 'CAMPAIGN#' + name", `export const key = \`WAIT#\${id}\``],
    allowed: ["export const text = 'campaign of the wait #1'"],
  },
  'no-clock.grit': {
    message: 'Take time and randomness as arguments.',
    refused: [
      'export const now = () => Date.now()',
      'export const now = () => new Date()',
      'export const one = () => Math.random()',
      'export const id = () => randomUUID()',
      'export const id = () => crypto.randomUUID()',
    ],
    allowed: ['export const at = (time: string) => new Date(time)'],
  },
  'flat-parameters.grit': {
    message: 'Destructure a parameter one level deep at most: name this part, and read from it where it is used.',
    refused: [
      'export const f = ({ fleet: { name } }: A) => name',
      'export const f = ({ fleet: { name } = none }: A) => name',
      'export const f = ({ args: [call] }: A) => call',
      'export const f = all.map(([, { name }]) => name)',
      'export const f = all.map(([key, [first]]) => [key, first])',
      'export const f = all.map(([key, ...[first]]) => [key, first])',
      'export const f = (...[key, { name }]: A) => [key, name]',
      'export function f([key, { name }]: A) { return [key, name] }',
      'export const f = async function ({ fleet: { name } }: A) { return name }',
      'export const f = { of({ fleet: { name } }: A) { return name } }',
      'export class F { constructor({ fleet: { name } }: A) { use(name) } }',
      'export class F { #of({ fleet: { name } }: A) { return name } }',
      'export class F { set a({ fleet: { name } }: A) { use(name) } }',
    ],
    allowed: [
      'export const f = ({ fleet, ...rest }: A, [key, image = none]: B, ...more: C) => [fleet, rest, key, image, more]',
      'export const f = ({ nameOf = ({ name }: A) => name }: B) => nameOf',
      'export const f = (a: A) => { const { fleet: { name } } = a; return name }',
      'export const f = (all: A) => { for (const [key, { name }] of all) use(key, name) }',
    ],
  },
  'plain-literals.grit': {
    message: 'Write what is in this literal where it is spread: an object or array literal needs no spread.',
    refused: [
      'export const a = { ...{ b: 1 }, c }',
      'export const a = [...[1, 2], c]',
      'export const a = Math.max(...[1, 2])',
      'export const a = new Set<A>(...[c])',
      'export const a = { ...({ b: 1 } as const), c }',
      'export const a = [...(([1, 2]) satisfies A), c]',
    ],
    allowed: [
      'export const a = { ...b, ...(c && { d }), ...(e ? { f } : {}) }',
      'export const a = [...b, ...(c ? [d] : []), ...(e ?? [])]',
      'export const a = [...[b, c].flat(), ...Object.keys({ d })]',
    ],
  },
}

/** Which layer may import what, by the layer's folder. */
const directions: Record<string, { message: string; refused: string[]; allowed: string[] }> = {
  domain: {
    message: 'The domain is pure: no SDK, no files, no upper layer.',
    refused: [
      ...['ledger/table.ts', 'aws/errors.ts', 'functions/runtime/env.ts', 'infra/names.ts', 'emulator/index.ts'].map(
        up,
      ),
      ...['rehearsal/faults.ts', 'cli/options/names.ts', 'bench/rehearsal.ts'].map(up),
      '@aws-sdk/client-ec2',
      '@aws-lambda-powertools/logger',
      'aws-cdk-lib',
      'aws-cdk-lib/aws-iam',
      'node:fs',
      'node:fs/promises',
      'node:child_process',
      'node:https',
      'fs',
    ],
    allowed: ['./names.ts', 'valibot', 'node:crypto'],
  },
  ledger: {
    message: 'The ledger imports the domain only.',
    refused: [
      'aws/errors.ts',
      'functions/runtime/env.ts',
      'infra/names.ts',
      'emulator/index.ts',
      'cli/options/names.ts',
    ].map(up),
    allowed: ['../domain/names.ts', '@aws-sdk/client-dynamodb'],
  },
  aws: {
    message: 'Adapters import the domain only: what needs the ledger too belongs in functions/workflow.',
    refused: [
      'ledger/table.ts',
      'functions/runtime/env.ts',
      'infra/names.ts',
      'emulator/index.ts',
      'cli/options/names.ts',
    ].map(up),
    allowed: ['../domain/names.ts', '@aws-sdk/client-ec2'],
  },
  functions: {
    message: 'Functions import domain, ledger and aws.',
    refused: ['infra/names.ts', 'emulator/index.ts', 'rehearsal/faults.ts', 'cli/options/names.ts'].map(up),
    allowed: ['ledger/table.ts', 'aws/errors.ts', 'domain/names.ts'].map(up),
  },
  infra: {
    message: 'The app that deploys knows no rehearsal.',
    refused: ['emulator/index.ts', 'rehearsal/faults.ts', 'cli/options/names.ts'].map(up),
    allowed: ['../domain/names.ts', 'aws-cdk-lib'],
  },
  rehearsal: {
    message: 'Import the emulator by emulator/index.ts or emulator/matching/index.ts. The rehearsal knows no command.',
    refused: ['emulator/clock.ts', 'emulator/world/world.ts', 'cli/options/names.ts', 'bench/rehearsal.ts'].map(up),
    allowed: ['emulator/index.ts', 'emulator/matching/index.ts', 'infra/names.ts'].map(up),
  },
  cli: {
    message:
      'Only rebake rehearse needs the emulator, by rehearsal/rehearse.ts. To compare text as AWS does: emulator/matching/index.ts.',
    refused: ['emulator/clock.ts', 'emulator/iam/policy.ts', 'emulator/index.ts'].map(up),
    allowed: ['emulator/matching/index.ts', 'rehearsal/rehearse.ts', 'ledger/ledger.ts'].map(up),
  },
  bench: {
    message: 'Import the emulator by emulator/index.ts or emulator/matching/index.ts.',
    refused: ['../emulator/clock.ts'],
    allowed: ['../emulator/index.ts', '../rehearsal/rehearse.ts'],
  },
  emulator: {
    message: 'The emulator knows nothing of the product: take it as an option of createWorld.',
    refused: [
      ...['domain/names.ts', 'ledger/table.ts', 'aws/errors.ts', 'functions/runtime/env.ts', 'infra/names.ts'].map(up),
      ...['rehearsal/faults.ts', 'cli/options/names.ts', 'bench/rehearsal.ts'].map(up),
    ],
    allowed: ['./clock.ts', '@aws-sdk/client-ec2', 'croner'],
  },
}

const snippetsOf = (name: string, { message, refused, allowed }: Rule, folder: string) =>
  [...refused, ...allowed].map((code, at) => ({
    rule: name,
    path: `${folder}/${basename(name, '.grit').replaceAll(' ', '-')}-${at}.ts`,
    code,
    verdict: at < refused.length ? 'refused' : 'allowed',
    expected: at < refused.length ? [message] : [],
  }))
const importing = (file: string) => `import '${file}'`
const snippets = [
  ...Object.entries(rules).flatMap(([name, rule]) => snippetsOf(name, rule, 'domain')),
  ...Object.entries(directions).flatMap(([folder, direction]) => {
    const [refused, allowed] = [direction.refused.map(importing), direction.allowed.map(importing)]
    return snippetsOf(`imports of ${folder}`, { message: direction.message, refused, allowed }, folder)
  }),
]

/** A project of these snippets, with the rules of this one. */
const project = mkdtempSync(join(tmpdir(), 'rebake-lint-'))
afterAll(() => rmSync(project, { recursive: true }))

/** What is said of each file, but for what Biome's other rules say. */
const said = new Map<string, string[]>()
beforeAll(() => {
  for (const part of ['biome.json', 'lint']) cpSync(part, join(project, part), { recursive: true })
  for (const { path, code } of snippets) {
    mkdirSync(join(project, dirname(path)), { recursive: true })
    writeFileSync(join(project, path), `${code}\n`)
  }
  const biome = resolve('node_modules/@biomejs/biome/bin/biome')
  const options = ['--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json']
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', ...options], { cwd: project, encoding: 'utf8' })
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; message: string; location: { path: string } }[]
  }
  for (const { category, message, location } of diagnostics)
    if (!category.startsWith('lint/') || category === 'lint/style/noRestrictedImports')
      said.set(location.path, [...(said.get(location.path) ?? []), message])
})

describe.each([...new Set(snippets.map(({ rule }) => rule))])('%s', (name) => {
  it.each(snippets.filter(({ rule }) => rule === name))('$verdict: $code', ({ path, expected }) => {
    expect(said.get(path) ?? []).toEqual(expected)
  })
})

it('every rule is here', () => {
  expect(Object.keys(rules).sort()).toEqual(readdirSync('lint').sort())
})
