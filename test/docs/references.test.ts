import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const read = (file: string) => readFileSync(file, 'utf8')
const documents = globSync(['*.md', '.github/*.md', 'docs/**/*.md', 'emulator/**/*.md', 'examples/**/*.md'])
  // What it tells of may be gone since.
  .filter((file) => file !== 'CHANGELOG.md')
  .sort()
/** Those that explain the code: what they name must be in it. */
const internals = documents.filter((file) => /^docs\/(decisions|internals|glossary)\b/.test(file))

const sources = globSync([
  '{domain,ledger,aws,functions,infra,emulator,rehearsal,cli}/**/*.ts',
  'statemachines/*',
  '*.{yaml,json}',
])
  .filter((file) => file !== 'package-lock.json')
  .map(read)
  .join('\n')
const machines = readdirSync('statemachines').map((file) => read(`statemachines/${file}`))

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const withoutFences = (text: string) => text.replace(/^```.*?^```$/gms, '')
/** What stands in backticks. A line may end in the middle of it. */
const codeIn = (text: string) =>
  [...withoutFences(text).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '))
const without = <T>(items: T[], isFine: (item: T) => boolean) => [...new Set(items.filter((item) => !isFine(item)))]

const ignored = read('.gitignore').split('\n')
const folders = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !ignored.includes(`${entry.name}/`))
  .map(({ name }) => name)
/** `infra/slack.ts`, `functions/run-check/`, `infra/functions/*.ts`; in a document on the code, any file in a folder. */
const isPath = (code: string, file: string) =>
  /^[\w.*{},/-]+$/.test(code) &&
  code.includes('/') &&
  (folders.includes(code.split('/')[0] ?? '') || (internals.includes(file) && /^\w.*\.(ts|json|yaml|md)$/.test(code)))

/** As GitHub makes them of headings. */
const anchorsOf = (file: string) =>
  [...withoutFences(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
const isLinked = (file: string, target: string) => {
  const [path = '', anchor] = target.split('#')
  const to = path === '' ? file : join(dirname(file), path)
  return existsSync(to) && (anchor === undefined || anchorsOf(to).includes(anchor))
}

describe.each(documents)('%s', (file) => {
  it('names paths that exist', () => {
    const paths = codeIn(read(file)).filter((code) => isPath(code, file))
    expect(without(paths, (path) => globSync(path).length > 0)).toEqual([])
  })

  it('links to what exists', () => {
    const links = [...withoutFences(read(file)).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
    const own = links.filter((target) => !/^(https?|mailto):/.test(target))
    expect(without(own, (target) => isLinked(file, target))).toEqual([])
  })
})

describe.each(internals)('%s', (file) => {
  it('names what is in the sources', () => {
    // Alternatives are what is not there.
    const text = read(file).replace(/^## Alternatives$.*?(?=^## )/ms, '')
    const code = codeIn(text).filter((name) => !isPath(name, file) && /^[A-Za-z]\w*([.:-]\w+)*$/.test(name))
    const isThere = (name: string) => new RegExp(`(?<!\\w)${literally(name)}(?!\\w)`).test(sources)
    expect(without(code, isThere)).toEqual([])
  })

  it('names states that are in a state machine', () => {
    const states = [...withoutFences(read(file)).matchAll(/(?<![*\w])\*([A-Z][^*]*)\*(?!\*)/g)].map(([, name = '']) =>
      name.replace(/\s+/g, ' '),
    )
    const isState = (name: string) =>
      machines.some((text) => new RegExp(`^\\s*["']?${literally(name)}["']?:`, 'm').test(text))
    expect(without(states, isState)).toEqual([])
  })
})

describe('docs/glossary.md', () => {
  const glossary = read('docs/glossary.md')
  const words = glossary.split('\n').flatMap((line) => {
    const [terms = ''] = /^- (\*\*[^*]+\*\*(, )?)+/.exec(line) ?? []
    return [...terms.matchAll(/\*\*([^*]+)\*\*/g)].map(([, word = '']) => word)
  })

  it('has each word once', () => {
    expect(words.length).toBeGreaterThan(0)
    expect(without(words, (word) => words.indexOf(word) === words.lastIndexOf(word))).toEqual([])
  })

  it('has no word that nothing else uses', () => {
    const others = [sources, ...documents.filter((file) => file !== 'docs/glossary.md').map(read)].join('\n')
    const isUsed = (word: string) => new RegExp(`\\b${word.replaceAll(' ', '\\s+')}(s|es)?\\b`, 'i').test(others)
    expect(without(words, isUsed)).toEqual([])
  })
})
