import { resourceName } from '../../names.ts'
import type { Document } from '../awstoe.ts'
import { type Path, show, wrongValue } from '../problems.ts'
import { type DocumentFinding, filled, inFleet, valuesFor } from './private-inputs.ts'
import { isMapping, type Scope } from './scope.ts'

/**
 * What documents of the fleet's own components run of each other with ExecuteDocument. "If a component document tries to run
 * itself, or to run any of the component documents that are higher up in the current chain of execution, the execution fails",
 * and so it does below three levels: https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-executedocument
 *
 * A document is named by a build version's ARN, an S3 URI or a path. Only the ARN can name one of this fleet: its own documents
 * in S3 have the hash of their text in their key, which no text can have in itself, and paths are those of the instance.
 */

const deepest = 3

/** One step that runs another own component. */
interface Call {
  to: string
  text: string
  path: Path
}

export function nestedDocuments({ fleet, documents }: Pick<Scope, 'fleet' | 'documents'>): DocumentFinding[] {
  const calls = new Map([...documents].map(([key, document]) => [key, callsIn(fleet, key, document)]))
  return [...calls].flatMap(([component, own]) =>
    own.flatMap((call) => {
      const why = whyNot(calls, [component, call.to])
      if (why === undefined) return []
      const message = `expected a document that may run here, found ${show(call.text)}: ${why}`
      return [{ component, finding: wrongValue(call.path, message) }]
    }),
  )
}

/** Of the chain of components that has come this far, and of all that follow from it. */
function whyNot(calls: Map<string, Call[]>, chain: string[]): string | undefined {
  const last = chain.at(-1) ?? ''
  const shown = chain.join(' -> ')
  if (chain.indexOf(last) === 0) return `${shown} leads back to itself, and AWSTOE stops what runs in a circle`
  // A circle further down is the finding of those that are in it.
  if (chain.indexOf(last) < chain.length - 1) return undefined
  if (chain.length - 1 > deepest)
    return `${shown} is more than ${deepest} levels below the first, and AWSTOE runs no deeper document`
  for (const { to } of calls.get(last) ?? []) {
    const why = whyNot(calls, [...chain, to])
    if (why !== undefined) return why
  }
  return undefined
}

function callsIn(fleet: Scope['fleet'], component: string, document: Document): Call[] {
  const values = valuesFor(document, {})
  return document.phases.flatMap(({ steps }, i) =>
    steps.flatMap(({ action, inputs }, j) => {
      if (action !== 'ExecuteDocument' || !isMapping(inputs) || typeof inputs.document !== 'string') return []
      const text = filled(inputs.document, values)
      const to = ownComponent(fleet, text)
      const path = [...inFleet(fleet.components[component], component), 'phases', i, 'steps', j, 'inputs', 'document']
      return to === undefined ? [] : [{ to, text, path }]
    }),
  )
}

/** The component of the fleet that an ARN is of: the names of those end in a part of the id of their stack. */
function ownComponent({ name, build, components }: Scope['fleet'], arn: string): string | undefined {
  const [, account, found = ''] = arn.match(/^arn:aws[^:]*:imagebuilder:[^:]+:(\d{12}):component\/([^/]+)\//) ?? []
  if (account !== build.account) return undefined
  return Object.keys(components).find((key) => found.replace(/-[0-9a-f]{8}$/, '') === resourceName(name, key))
}
