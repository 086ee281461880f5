import * as v from 'valibot'
import { modules } from './awstoe-modules.ts'
import type { Path } from './problems.ts'
import { atLeastOne, integer, listOf, object, oneOf, schemaVersion, text } from './values.ts'

/**
 * The document of a component, as AWSTOE reads it.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */

const phases = ['build', 'validate', 'test'] as const

/** -1 is no limit. toe-use-documents.html: "0 and other negative values are not allowed" */
const timeout = '-1 or a whole number from 1 to 604800 (seconds)'

const Step = object({
  name: text,
  action: v.picklist(Object.keys(modules), 'an AWSTOE action'),
  inputs: v.exactOptional(v.unknown()),
  onFailure: v.exactOptional(oneOf(['Abort', 'Continue', 'Ignore'])),
  maxAttempts: v.exactOptional(integer(1, 100)),
  timeoutSeconds: v.exactOptional(
    v.pipe(
      v.number(timeout),
      v.integer(timeout),
      v.minValue(-1, timeout),
      v.maxValue(604_800, timeout),
      v.notValue(0, timeout),
    ),
  ),
  // What is in inputs and in these two is for rules/steps.ts: it depends on the action, the platform and other steps.
  loop: v.exactOptional(v.unknown()),
  if: v.exactOptional(v.unknown()),
})

const Phase = object({ name: oneOf(phases), steps: atLeastOne(Step, 'step') })

const Parameter = object({
  type: oneOf(['string']),
  default: v.exactOptional(v.string('text')),
  description: v.exactOptional(text),
})

const Constant = object({ type: oneOf(['string']), value: v.string('text') })

/** toe-user-defined-variables.html, "Rules for parameter names" and "Rules for constant names" */
const variable = 'a name of 3 to 128 letters, digits, hyphens and underscores'

const byName = <const S extends v.GenericSchema>(value: S, what: string) =>
  v.record(v.pipe(v.string(variable), v.regex(/^[\w-]{3,128}$/, variable)), value, `one ${what} by its name`)

export const Document = object({
  name: v.exactOptional(text),
  description: v.exactOptional(text),
  schemaVersion,
  parameters: v.exactOptional(
    v.pipe(
      listOf(byName(Parameter, 'parameter')),
      v.maxLength(25, 'at most 25 parameters, the limit of Image Builder'),
    ),
  ),
  constants: v.exactOptional(listOf(byName(Constant, 'constant'))),
  phases: atLeastOne(Phase, 'phase'),
})

export type Document = v.InferOutput<typeof Document>

/** The steps of a document, with their paths below the one of the document. */
export const stepsOf = ({ phases }: Document, at: Path) =>
  phases.flatMap(({ steps }, i) => steps.map((step, j) => ({ step, path: [...at, 'phases', i, 'steps', j] })))
