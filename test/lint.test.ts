import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Rule {
  message: string
  /** Where a snippet stands, for a rule that is not of every folder. */
  folder?: string
  refused: string[]
  allowed: string[]
}

/** What Biome is to say of snippets, by the file of the rule. */
const rules: Record<string, Rule> = {
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

const snippetsOf = (name: string, rule: Rule) =>
  [...rule.refused, ...rule.allowed].map((code, at) => ({
    rule: name,
    path: `${rule.folder ?? 'domain'}/${basename(name, '.grit')}-${at}.ts`,
    code,
    verdict: at < rule.refused.length ? 'refused' : 'allowed',
    expected: at < rule.refused.length ? [rule.message] : [],
  }))
const snippets = Object.entries(rules).flatMap(([name, rule]) => snippetsOf(name, rule))

/** A project of these snippets, with the rules of this one. */
const project = mkdtempSync(join(tmpdir(), 'rebake-lint-'))
afterAll(() => rmSync(project, { recursive: true }))

/** What is said of each file, but for what Biome's own rules say. */
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
    if (!category.startsWith('lint/')) said.set(location.path, [...(said.get(location.path) ?? []), message])
})

describe.each(Object.keys(rules))('%s', (name) => {
  it.each(snippets.filter(({ rule }) => rule === name))('$verdict: $code', ({ path, expected }) => {
    expect(said.get(path) ?? []).toEqual(expected)
  })
})

it('every rule is here', () => {
  expect(Object.keys(rules)).toEqual(readdirSync('lint').sort())
})
