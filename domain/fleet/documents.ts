import * as v from 'valibot'
import { Document } from './awstoe.ts'
import { componentText } from './component-text.ts'
import type { Fleet, Platform } from './model.ts'
import { type FleetProblem, type Problem, show, wrongKey, wrongValue } from './problems.ts'
import { inspectDocument } from './rules/documents.ts'
import { tooLargeDocument } from './rules/limits.ts'
import { isMapping } from './rules/scope.ts'
import { inspect } from './structure.ts'
import { readYaml } from './yaml-source.ts'

/** Reads a file that a component names, by its path as the fleet has it; undefined where there is none. */
export type ReadFile = (path: string) => string | undefined

interface Documents {
  /** Those whose shape is right, by component. */
  documents: Map<string, Document>
  /** In the fleet's own file. */
  findings: FleetProblem[]
  /** In the components' files. */
  problems: Problem[]
  /** Gives a finding in a component's file its place there, by component. */
  placeIn: Map<string, (finding: FleetProblem) => Problem>
}

/**
 * The AWSTOE documents of a fleet's own components.
 * @param near turns a path of the fleet file into one to show.
 */
export const readDocuments = (fleet: Fleet, read: ReadFile | undefined, near: (path: string) => string): Documents => {
  const result: Documents = { documents: new Map(), findings: [], problems: [], placeIn: new Map() }
  for (const [key, component] of Object.entries(fleet.components)) {
    if ('arn' in component) continue
    if (component.document) {
      const path = ['components', key, 'document']
      const whole = componentText(JSON.stringify(component.document), component.description)
      result.documents.set(key, component.document)
      result.findings.push(
        ...inspectDocument(component.document, component.platform, path),
        ...tooLargeDocument(path, whole),
      )
    }
    if (!component.file || !read) continue
    const text = read(component.file)
    if (text === undefined) {
      const message = `expected an AWSTOE document, found no file ${show(component.file)}`
      result.findings.push(wrongValue(['components', key, 'file'], message))
      continue
    }
    const { document, problems, place } = readDocument(text, near(component.file), component)
    if (document) result.documents.set(key, document)
    if (place) result.placeIn.set(key, place)
    result.problems.push(...problems)
  }
  return result
}

interface Described {
  platform: Platform
  description?: string | undefined
}

const readDocument = (text: string, file: string, { platform, description }: Described) => {
  const source = readYaml(text, file)
  if (source.problems.length) return { problems: source.problems }
  const shape = [...inspect(Document, source.value, source.written), ...versionIn(source.value)]
  if (shape.length) return { problems: shape.map(source.place) }
  const document = v.parse(Document, source.value)
  const findings = [...inspectDocument(document, platform), ...tooLargeDocument([], componentText(text, description))]
  return { document, problems: findings.map(source.place), place: source.place }
}

/** In a file of its own a document must name its schema version; in the fleet it need not. */
const versionIn = (value: unknown) =>
  isMapping(value) && !('schemaVersion' in value)
    ? [wrongKey([], "the key 'schemaVersion' is missing: expected 1.0")]
    : []
