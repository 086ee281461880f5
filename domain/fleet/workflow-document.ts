import * as v from 'valibot'
import { atLeastOne, flag, integer, listOf, matching, object, oneOf, schemaVersion, text } from './values.ts'
import { type ParameterType, parameterTypes, workflowActions } from './workflow-actions.ts'

/**
 * The document of a workflow, as Image Builder reads it.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-workflow-create-document.html
 */

const description = matching(/^[\s\S]{1,1024}$/, 'a description of 1 to 1,024 characters')

const Step = object({
  name: matching(/^[A-Za-z0-9_]{3,128}$/, 'a name of 3 to 128 letters, digits and underscores'),
  action: v.picklist(Object.keys(workflowActions), 'a step action of Image Builder'),
  description: v.exactOptional(description),
  // What is in these two is for rules/workflow-documents.ts: it depends on the action and on other steps.
  if: v.exactOptional(v.unknown()),
  inputs: v.exactOptional(v.unknown()),
  onFailure: v.exactOptional(oneOf(['Abort', 'Continue'])),
  rollbackEnabled: v.exactOptional(
    v.union([flag, matching(/^\$\./, 'true, false or a variable such as $.parameters.NAME')]),
  ),
  timeoutSeconds: v.exactOptional(integer(1, 604_800, ' (seconds)')),
  waitSeconds: v.exactOptional(integer(0, 604_800, ' (seconds)')),
})

const Parameter = object({
  name: text,
  type: oneOf(Object.keys(parameterTypes) as ParameterType[]),
  description: v.exactOptional(text),
  // Its type is for rules/workflow-documents.ts.
  default: v.exactOptional(v.unknown()),
})

const Output = object({ name: text, value: text })

export const WorkflowDocument = object({
  name: v.exactOptional(text),
  description: v.exactOptional(text),
  schemaVersion,
  parameters: v.exactOptional(listOf(Parameter)),
  steps: v.pipe(atLeastOne(Step, 'step'), v.maxLength(15, 'at most 15 steps, the limit of Image Builder')),
  outputs: v.exactOptional(listOf(Output)),
})

export type WorkflowDocument = v.InferOutput<typeof WorkflowDocument>
