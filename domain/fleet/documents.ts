import * as v from 'valibot'
import { Document } from './awstoe.ts'
import { componentDescription, componentText } from './component-text.ts'
import type { Fleet, Platform } from './model.ts'
import { type FleetProblem, type Path, type Problem, show, wrongKey, wrongValue } from './problems.ts'
import { inspectDocument } from './rules/documents.ts'
import { tooLargeDocument } from './rules/limits.ts'
import { isMapping } from './rules/scope.ts'
import { inspect } from './structure.ts'
import { platforms } from './upstreams.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

/** Reads a file that a component names, by its path as the fleet has it; undefined where there is none. */
export type ReadFile = (path: string) => string | undefined

export interface DocumentPlace {
  /** What a path in the file has before the document's own: nothing where it is a file of its own. */
  at: Path
  place(finding: FleetProblem): Problem
}

interface Documents {
  /** Those whose shape is right, by component. */
  documents: Map<string, Document>
  /** In the fleet's own file. */
  findings: FleetProblem[]
  /** In the components' files. */
  problems: Problem[]
  /** Where the parts of those documents are. */
  places: Map<string, DocumentPlace>
}

/**
 * The AWSTOE documents of a fleet's own components.
 * @param given the components as they are written: a document is judged as a whole, also where its shape is wrong
 * @param near turns a path of the fleet file into one to show.
 */
export const readDocuments = (
  fleet: Fleet,
  given: unknown,
  source: YamlSource,
  read: ReadFile | undefined,
  near: (path: string) => string,
): Documents => {
  const result: Documents = { documents: new Map(), findings: [], problems: [], places: new Map() }
  for (const [key, component] of Object.entries(isMapping(given) ? given : {})) {
    if (!isMapping(component) || !isMapping(component.document)) continue
    const path = ['components', key, 'document']
    const platform = platforms.find((name) => name === component.platform)
    result.findings.push(...inspectDocument(component.document, platform, source.written, path))
  }
  for (const [key, component] of Object.entries(fleet.components)) {
    if ('arn' in component) continue
    if (component.document) {
      const path = ['components', key, 'document']
      const whole = componentText(JSON.stringify(component.document), componentDescription(component))
      result.documents.set(key, component.document)
      result.places.set(key, { at: path, place: source.place })
      result.findings.push(...tooLargeDocument(path, whole))
    }
    if (!component.file || !read) continue
    const text = read(component.file)
    if (text === undefined) {
      const message = `expected an AWSTOE document, found no file ${show(component.file)}`
      result.findings.push(wrongValue(['components', key, 'file'], message))
      continue
    }
    const { document, problems, place } = readDocument(text, near(component.file), component)
    if (document) {
      result.documents.set(key, document)
      result.places.set(key, { at: [], place })
    }
    result.problems.push(...problems)
  }
  return result
}

interface Described {
  platform: Platform
  description?: string
  supportedOsVersions?: string[]
}

const readDocument = (text: string, file: string, component: Described) => {
  const { platform } = component
  const { problems, value, written, place } = readYaml(text, file)
  if (problems.length) return { problems, place }
  const shape = [...inspect(Document, value, written), ...versionIn(value)]
  const findings = [
    ...shape,
    ...inspectDocument(value, platform, written),
    ...tooLargeDocument([], componentText(text, componentDescription(component))),
  ]
  const found = findings.map(place)
  return shape.length ? { problems: found, place } : { document: v.parse(Document, value), problems: found, place }
}

/** In a file of its own a document must name its schema version; in the fleet it need not. */
const versionIn = (value: unknown) =>
  isMapping(value) && !('schemaVersion' in value)
    ? [wrongKey([], "the key 'schemaVersion' is missing: expected 1.0")]
    : []
