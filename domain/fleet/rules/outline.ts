import { modules } from '../awstoe-modules.ts'
import type { Path } from '../problems.ts'
import { isMapping } from './scope.ts'

/** A step of a document whose shape may be wrong: what can be read of it. */
export interface OutlinedStep {
  phase: string
  /** Where its phase stands among the phases, and it among the steps of its phase. */
  position: [phase: number, step: number]
  name: string
  action: string
  step: Record<string, unknown>
  path: Path
}

/** The parts of a document that can be read, in a sound document and in a broken one. */
export interface Outline {
  parameters: Declared[]
  constants: Declared[]
  phases: { name: string; path: Path }[]
  steps: OutlinedStep[]
}

interface Declared {
  name: string
  path: Path
}

/** @param document as it is written */
export const outlineOf = (document: unknown, at: Path): Outline => {
  const phases = itemsOf(document, 'phases', at)
  return {
    parameters: declared(document, 'parameters', at),
    constants: declared(document, 'constants', at),
    phases: phases.map(({ item, path }) => ({ name: textOf(item.name), path })),
    steps: phases.flatMap(({ item: phase, path: within }, i) =>
      itemsOf(phase, 'steps', within).map(({ item: step, path }, j) => ({
        phase: textOf(phase.name),
        position: [i, j],
        name: textOf(step.name),
        action: Object.hasOwn(modules, textOf(step.action)) ? textOf(step.action) : '',
        step,
        path,
      })),
    ),
  }
}

const declared = (document: unknown, key: string, at: Path): Declared[] =>
  itemsOf(document, key, at).flatMap(({ item, path }) =>
    Object.keys(item).map((name) => ({ name, path: [...path, name] })),
  )

/** The mappings of a list. What is none keeps its place as an empty one, so that paths stay right. */
const itemsOf = (value: unknown, key: string, at: Path) => {
  const list = isMapping(value) ? value[key] : undefined
  return (Array.isArray(list) ? list : []).map((item: unknown, i) => ({
    item: isMapping(item) ? item : {},
    path: [...at, key, i],
  }))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
