import { parse } from 'yaml'
import { AwsError } from '../types.ts'

/**
 * Documents of workflows, as far as Image Builder refuses them when they are made and runs them in a build.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-workflow-create-document.html
 */

interface WorkflowStep {
  name: string
  action: string
  onFailure?: string
  timeoutSeconds?: number
  if?: unknown
  inputs?: Record<string, unknown>
}

interface WorkflowParameterIn {
  name: string
  type?: string
  default?: unknown
}

export interface WorkflowDocument {
  parameters: WorkflowParameterIn[]
  steps: WorkflowStep[]
  outputs: { name: string; value: unknown }[]
}

/** wfdoc-step-actions.html: the inputs that an action must have, and the type of workflow that it is for alone. */
const actions: Record<string, { required: string[]; only?: 'BUILD' | 'TEST' }> = {
  ApplyImageConfigurations: { required: [] },
  BootstrapInstanceForContainer: { required: ['instanceId'] },
  CollectImageMetadata: { required: ['instanceId'], only: 'BUILD' },
  CollectImageScanFindings: { required: ['instanceId'], only: 'TEST' },
  CreateImage: { required: ['instanceId'] },
  DistributeImage: { required: [] },
  ExecuteComponents: { required: ['instanceId'] },
  ExecuteStateMachine: { required: ['stateMachineArn'] },
  LaunchInstance: { required: ['waitFor'] },
  ModifyImageAttributes: { required: [] },
  RegisterImage: { required: [] },
  RunCommand: { required: ['instanceId', 'documentName'] },
  RunSysPrep: { required: ['instanceId'] },
  SanitizeInstance: { required: ['instanceId'] },
  TerminateInstance: { required: ['instanceId'] },
  WaitForAction: { required: [] },
  WaitForSSMAgent: { required: ['instanceId'] },
}

export function readWorkflow(data = '{}'): WorkflowDocument {
  const { parameters, steps, outputs } = (parse(data) ?? {}) as Partial<WorkflowDocument>
  return { parameters: parameters ?? [], steps: steps ?? [], outputs: outputs ?? [] }
}

/** @throws AwsError for a document that is none of a workflow of this type */
export function mustBeWorkflow(data: string, type: string): void {
  const refused = (why: string) =>
    new AwsError('InvalidParameterValueException', `The value supplied for parameter 'data' is not valid. ${why}`)
  const { schemaVersion } = (parse(data) ?? {}) as { schemaVersion?: unknown }
  if (Number(schemaVersion) !== 1) throw refused('Its schemaVersion is not 1.0.')
  const { steps } = readWorkflow(data)
  // "Specifies up to 15 step actions for the workflow."
  if (steps.length === 0 || steps.length > 15) throw refused(`It has ${steps.length} steps, and may have 1 to 15.`)
  for (const [i, { name, action, inputs = {} }] of steps.entries()) {
    if (!/^\w{3,128}$/.test(name)) throw refused(`The name of step ${i + 1} is not valid.`)
    if (steps.findIndex((step) => step.name === name) < i) throw refused(`The step ${name} is there twice.`)
    const row = actions[action]
    if (!row) throw refused(`The action ${action} of the step ${name} does not exist.`)
    if (row.only && row.only !== type) throw refused(`The action ${action} is not for workflows of type ${type}.`)
    const missing = row.required.find((input) => !(input in inputs) && !(`${input}.$` in inputs))
    if (missing) throw refused(`The step ${name} has no input ${missing}.`)
    for (const value of Object.values(inputs)) {
      const source = /^\$\.stepOutputs\.(\w+)\./.exec(String(value))?.[1]
      if (source !== undefined && !steps.slice(0, i).some((step) => step.name === source))
        throw refused(`The step ${name} refers to ${source}, which is no step before it.`)
    }
  }
}

/** What a workflow is given: its parameters by name, each with the values of the request or its default. */
export type Values = Map<string, unknown>

/** Whether a condition holds; undefined where what it compares is not known here. wfdoc-conditional-statements.html */
export function holds(condition: unknown, values: Values): boolean | undefined {
  if (Array.isArray(condition)) return holds(condition[0], values)
  const given = Object.entries((condition ?? {}) as Record<string, unknown>)
  const [operator = '', operand] = given.find(([key]) => key !== 'value') ?? []
  const children = [operand].flat().map((child) => (operator in branches ? holds(child, values) : undefined))
  const branch = branches[operator]
  if (branch) return branch(children)
  const [one, other] = [operand, Object.fromEntries(given).value].map((value) => textOf(value, values))
  return one === undefined || other === undefined ? undefined : comparisons[operator]?.(one, other)
}

const branches: Record<string, (children: (boolean | undefined)[]) => boolean | undefined> = {
  and: (children) => (children.includes(false) ? false : children.includes(undefined) ? undefined : true),
  or: (children) => (children.includes(true) ? true : children.includes(undefined) ? undefined : false),
  not: ([child]) => (child === undefined ? undefined : !child),
}

const comparisons: Record<string, (one: string, other: string) => boolean> = {
  booleanEquals: (one, other) => one === other,
  stringEquals: (one, other) => one === other,
  numberEquals: (one, other) => Number(one) === Number(other),
  numberGreaterThan: (one, other) => Number(one) > Number(other),
  numberGreaterThanEquals: (one, other) => Number(one) >= Number(other),
  numberLessThan: (one, other) => Number(one) < Number(other),
  numberLessThanEquals: (one, other) => Number(one) <= Number(other),
}

/** The text of a value, or of the parameter that it names; undefined for any other variable. */
export function textOf(value: unknown, values: Values): string | undefined {
  const parameter = /^\$\.parameters\.(.+)$/.exec(String(value))?.[1]
  if (parameter !== undefined) return values.has(parameter) ? String(values.get(parameter)) : undefined
  return String(value).startsWith('$.') ? undefined : String(value)
}
