import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import { otherEncoding, type Torn } from './encoding.ts'
import type { FleetProblem, Path, Problem } from './problems.ts'

/** A YAML file whose every key and value can be found again by its path. */
export interface YamlSource {
  file: string
  value: unknown
  /** What YAML itself has against the file; with any, the value means nothing. */
  problems: Problem[]
  place(finding: FleetProblem): Problem
  /** The text of a scalar as written, so that `012345678901` keeps its zero. */
  written(path: Path): string | undefined
}

/** Parses YAML 1.2; never throws. */
export const readYaml = (text: string, file: string): YamlSource => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problem = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
  }

  const faults = [...document.errors, ...document.warnings]
  const doubled = faults.filter(({ code }) => code === 'DUPLICATE_KEY')
  // One fault in the syntax brings others after it that only confuse.
  const fault = faults.find(({ code }) => code !== 'DUPLICATE_KEY')
  const torn = otherEncoding(text) ?? (fault && tornBy(fault))
  const problems = torn
    ? [problem(torn.offset, torn.message)]
    : doubled.map(({ pos }) =>
        problem(pos[0], `the key '${wordAt(text, pos[0])}' is there already: expected each key once`),
      )
  visit(document, {
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document)
      if (target && !ancestors.includes(target)) return
      const why = target ? `*${alias.source} stands inside &${alias.source} itself` : `no &${alias.source} above`
      problems.push(problem(alias.range?.[0] ?? 0, `expected an alias of something above, but ${why}`))
    },
    Pair: (_, { key }) => {
      if (isCollection(key)) problems.push(problem(key.range?.[0] ?? 0, 'expected a key that is text'))
    },
  })
  const value = () => {
    try {
      return problems.length ? undefined : document.toJS()
    } catch (error) {
      problems.push(problem(0, notYaml((error as Error).message)))
    }
  }
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)

  /** The node at the path, or at the longest part of it that exists, with the key that leads there. */
  const find = (path: Path) => {
    let node = document.contents as Node | null | undefined
    let key: Node | undefined
    for (const part of path) {
      const inside = resolve(node)
      const item = isSeq(inside) ? { key: undefined, value: inside.items[Number(part)] } : pairOf(inside, part)
      if (!item?.value) return { node, key, whole: false }
      key = (item.key ?? item.value) as Node
      node = item.value as Node
    }
    return { node, key, whole: true }
  }

  return {
    file,
    value: value(),
    problems,
    place: ({ path, at, character, message }) => {
      const { node, key, whole } = find(path)
      const nothing = isScalar(node) && node.source === ''
      const target = at === 'key' || nothing || !whole ? (key ?? node) : node
      const [start = 0, end = 0] = target?.range ?? []
      const inside =
        character !== undefined && target === node && isScalar(node)
          ? within(text.slice(start, end), node, character)
          : 0
      return problem(start + inside, message)
    },
    written: (path) => {
      const { node, whole } = find(path)
      const scalar = resolve(node)
      return whole && isScalar(scalar) ? scalar.source : undefined
    },
  }
}

/** How far into a scalar one of its characters stands; 0 where escapes or folded line ends between them hide it. */
const within = (raw: string, { source = '', type }: Scalar, character: number) => {
  const quote = /^["']/.test(raw) ? 1 : 0
  if (raw.slice(quote, raw.length - quote) === source) return quote + character
  return type === 'BLOCK_LITERAL' ? withinBlock(raw, source, character) : 0
}

/** A literal block: a line with its indicator, then the lines of its text, each with the same indentation. */
const withinBlock = (raw: string, source: string, character: number) => {
  const before = source.slice(0, character).split('\n')
  const [indicator = '', ...lines] = raw.split('\n')
  const above = [indicator, ...lines.slice(0, before.length - 1)]
  // A file of Windows has a carriage return at the end of each line, which YAML takes off.
  const line = (lines[before.length - 1] ?? '').replace(/\r$/, '')
  const indentation = line.length - (source.split('\n')[before.length - 1] ?? '').length
  return indentation < 0 ? 0 : above.join('\n').length + 1 + indentation + (before.at(-1) ?? '').length
}

const tornBy = ({ code, pos, message }: YAMLError): Torn => ({
  offset: pos[0],
  message: code === 'MULTIPLE_DOCS' ? 'expected one document in the file' : notYaml(message),
})

const pairOf = (map: unknown, key: string | number) =>
  isMap(map)
    ? map.items.findLast((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === String(key))
    : undefined

const wordAt = (text: string, offset: number) => /^["']?([^"':\s]*)/.exec(text.slice(offset))?.[1] ?? ''
const notYaml = (why: string) => `this is not YAML: ${why.charAt(0).toLowerCase()}${why.slice(1)}`
