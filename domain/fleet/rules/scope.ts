import type { Document } from '../awstoe.ts'
import type { ReadFile } from '../documents.ts'
import type { Fleet } from '../model.ts'
import type { FleetProblem } from '../problems.ts'
import type { WorkflowDocument } from '../workflow-document.ts'

export const sections = [
  'upstreams',
  'infrastructure',
  'components',
  'workflows',
  'images',
  'rings',
  'patchCycles',
  'freezes',
] as const
export type Section = (typeof sections)[number]

/** Every name in the file, by section; undefined where the section is not readable. */
export type Names = Record<Section, string[] | undefined>

/** What rules look at: the parts of the fleet whose own shape is right, so that no cause is reported twice. */
export interface Scope {
  fleet: Fleet
  /** Also of parts that are not in `fleet`. */
  names: Names
  /** AWSTOE documents that could be read, by component. */
  documents: Map<string, Document>
  /** Documents of workflows that could be read, by workflow. */
  workflows: Map<string, WorkflowDocument>
  /** Reads a file, relative to the fleet's; where the caller can. */
  read?: ReadFile | undefined
  /** The build region, when it is one. */
  region: string | undefined
  /** What the file itself has at this path, before any default. */
  given(path: (string | number)[]): unknown
}

export type Rule = (scope: Scope) => FleetProblem[]

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every value that is there a second time, with its index. */
export const repeated = (values: readonly string[]): [value: string, index: number][] =>
  values
    .map((value, index): [string, number] => [value, index])
    .filter(([value, index]) => values.indexOf(value) < index)

/** An image's rings in the order of the file, where the fleet has them in its own. */
export const ringsGiven = (scope: Scope, image: string): string[] =>
  (scope.given(['images', image, 'rings']) as string[] | undefined) ?? []
