/** One thing wrong in a file; lines and columns count from 1. */
export interface Problem {
  file: string
  line: number
  column: number
  message: string
}

/** Every problem of a fleet at once, in the order of the file; the message has one line for each. */
export class FleetInvalid extends Error {
  override readonly name = 'FleetInvalid'
  readonly problems: Problem[]

  constructor(problems: Problem[]) {
    super(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'))
    this.problems = problems
  }
}

export type Path = readonly (string | number)[]

/** A problem before it has a place in a file. */
export interface FleetProblem {
  path: Path
  /** Whether the key at the path is wrong, or its value. */
  at: 'key' | 'value'
  /** The character of a text value that is wrong; its first one otherwise. */
  character?: number
  message: string
}

/** `images.web.components[2]` */
const label = (path: Path): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${part}`)).join('')

const about = (path: Path, message: string) => (path.length ? `${label(path)}: ${message}` : message)

/** @param of what the message names, when that is not the path where it stands */
export const wrongValue = (path: Path, message: string, of: Path = path): FleetProblem => ({
  path,
  at: 'value',
  message: about(of, message),
})

export const wrongKey = (path: Path, message: string, of: Path = path): FleetProblem => ({
  path,
  at: 'key',
  message: about(of, message),
})

/** @param character where in the text at the path */
export const wrongWithin = (path: Path, character: number, message: string): FleetProblem => ({
  ...wrongValue(path, message),
  character,
})

/** How a message shows a value that it found. */
export const show = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length ? 'a list' : 'an empty list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return `the ${typeof value} ${value}`
  return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`
}

/** `, did you mean 'x'?` when a known name is near enough to the one found, nothing otherwise. */
export const didYouMean = (found: string, known: Iterable<string>): string => {
  const name = nearest(found, known)
  return name === undefined ? '' : `, did you mean '${name}'?`
}

/** The known name that is the fewest edits away, when that is at most a third of the name. */
export const nearest = (found: string, known: Iterable<string>): string | undefined => {
  const ranked = [...known]
    .map((name) => ({ name, edits: distance(found.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(Math.min(name.length, found.length) / 3)))
  return ranked.toSorted((a, b) => a.edits - b.edits)[0]?.name
}

/** Edits between two words, where swapping two neighbours is one (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
