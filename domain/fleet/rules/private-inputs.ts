import type { Document } from '../awstoe.ts'
import type { Component, Fleet } from '../model.ts'
import { covers, imageBuilderObjects } from '../private-inputs.ts'
import { type FleetProblem, type Path, show, wrongValue } from '../problems.ts'
import { isMapping, type Rule, type Scope } from './scope.ts'

/**
 * The inputs of actions that name objects of S3, and what the instance does with those.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
const actions: Record<string, { input: string; key: 'reads' | 'writes' }> = {
  S3Download: { input: 'source', key: 'reads' },
  S3Upload: { input: 'destination', key: 'writes' },
  ExecuteDocument: { input: 'document', key: 'reads' },
}

interface Location {
  /** As the document has it. */
  text: string
  path: Path
  key: 'reads' | 'writes'
}

/** Every place of a document that an instance needs access to. */
const locationsIn = (document: Document, at: Path): Location[] =>
  document.phases.flatMap(({ steps }, i) =>
    steps.flatMap((step, j) => {
      const { input = '', key } = actions[step.action] ?? {}
      if (!key) return []
      const path = [...at, 'phases', i, 'steps', j, 'inputs']
      const inputs = Array.isArray(step.inputs)
        ? step.inputs.map((each, k): [unknown, Path] => [each, [...path, k]])
        : [[step.inputs, path] as [unknown, Path]]
      return inputs.flatMap(([each, where]) => {
        const text = isMapping(each) ? each[input] : undefined
        return typeof text === 'string' ? [{ text, path: [...where, input], key }] : []
      })
    }),
  )

/** What the names of a document stand for where an image gives it these parameters; no others are known before it runs. */
export const valuesFor = ({ parameters = [], constants = [] }: Document, given: Record<string, string>) => {
  const defaults = parameters.flatMap((each) =>
    Object.entries(each).flatMap(([name, parameter]): [string, unknown][] => [[name, parameter.default]]),
  )
  const fixed = constants.flatMap((each) =>
    Object.entries(each).map(([name, constant]): [string, unknown] => [name, isMapping(constant) && constant.value]),
  )
  return new Map([...defaults, ...Object.entries(given), ...fixed])
}

export const filled = (text: string, values: Map<string, unknown>): string =>
  text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (whole, name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value : whole
  })

/** A finding in the document of a component: in the file that it names, or in the fleet's. */
export interface DocumentFinding {
  component: string
  finding: FleetProblem
}

export const inFleet = (component: Component | undefined, key: string): Path =>
  component && 'document' in component && component.document ? ['components', key, 'document'] : []

/**
 * Objects that the instances of an image need and its infrastructure configuration does not let them reach. Where that has
 * policies of its own, they may allow it.
 */
export const deniedObjects = ({ fleet, documents }: Pick<Scope, 'fleet' | 'documents'>): DocumentFinding[] =>
  Object.values(fleet.images).flatMap(({ infrastructure = '', components }) => {
    const configuration = fleet.infrastructure[infrastructure]
    if (!configuration || configuration.policies?.length) return []
    return components.flatMap(({ component, parameters }) => {
      const document = documents.get(component)
      if (!document) return []
      const values = valuesFor(document, parameters)
      return locationsIn(document, inFleet(fleet.components[component], component)).flatMap(({ text, path, key }) => {
        const location = filled(text, values)
        // What is no place of objects at all is a finding of the step itself.
        if (!/^s3:\/\/[^/]+\/./.test(location) || location.includes('{{')) return []
        const entries = configuration[key] ?? []
        const allowed = key === 'reads' ? [...entries, imageBuilderObjects] : entries
        if (covers(allowed, key === 'writes' ? location.replace(/\/$/, '/*') : location)) return []
        const entry = location.endsWith('/') ? `${location}*` : location
        const line = `infrastructure: { ${infrastructure}: { ${key}: ["${[...entries, entry].join('", "')}"] } }`
        const doing = key === 'reads' ? 'read' : 'write'
        const message = `expected objects that instances of ${infrastructure} may ${doing}, found ${show(location)}: add to the fleet ${line}`
        return [{ component, finding: wrongValue(path, message) }]
      })
    })
  })

/** A role has policies of its own account, and of AWS. */
export const ownPolicies: Rule = ({ fleet, region }) =>
  region ? Object.entries(fleet.infrastructure).flatMap(([key, each]) => foreignPolicies(fleet, key, each)) : []

const foreignPolicies = (
  { build }: Fleet,
  key: string,
  { policies = [], permissionsBoundary }: Fleet['infrastructure'][string],
): FleetProblem[] => {
  const named: [arn: string, path: Path][] = policies.map((arn, i) => [arn, ['infrastructure', key, 'policies', i]])
  if (permissionsBoundary) named.push([permissionsBoundary, ['infrastructure', key, 'permissionsBoundary']])
  return named.flatMap(([arn, path]) => {
    const owner = arn.split(':')[4] ?? ''
    return owner === 'aws' || owner === build.account
      ? []
      : [wrongValue(path, `expected a policy of the build account ${build.account} or of AWS, found one of ${owner}`)]
  })
}
