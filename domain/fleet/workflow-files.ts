import * as v from 'valibot'
import { parse } from 'yaml'
import { componentText } from './component-text.ts'
import type { ReadFile } from './documents.ts'
import type { Fleet, Workflow } from './model.ts'
import { type FleetProblem, type Problem, show, wrongKey, wrongValue } from './problems.ts'
import { tooLongWorkflow } from './rules/limits.ts'
import { isMapping } from './rules/scope.ts'
import { inspectWorkflow } from './rules/workflow-documents.ts'
import { inspect } from './structure.ts'
import { WorkflowDocument } from './workflow-document.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

interface Workflows {
  /** Those whose shape is right, by workflow. */
  documents: Map<string, WorkflowDocument>
  /** In the fleet's own file. */
  findings: FleetProblem[]
  /** In the workflows' files. */
  problems: Problem[]
}

/**
 * The documents of a fleet's own workflows.
 * @param given the workflows as they are written: a document is judged as a whole, whatever is wrong in its shape
 * @param near turns a path of the fleet file into one to show.
 */
export const readWorkflows = (
  fleet: Fleet,
  given: unknown,
  source: YamlSource,
  read: ReadFile | undefined,
  near: (path: string) => string,
): Workflows => {
  const result: Workflows = { documents: new Map(), findings: [], problems: [] }
  for (const [key, workflow] of Object.entries(isMapping(given) ? given : {})) {
    if (!isMapping(workflow) || !isMapping(workflow.document)) continue
    const path = ['workflows', key, 'document']
    const type = workflow.type === 'build' || workflow.type === 'test' ? workflow.type : undefined
    result.findings.push(...inspectWorkflow(workflow.document, type, source.written, path))
  }
  for (const [key, workflow] of Object.entries(fleet.workflows)) {
    if ('arn' in workflow) continue
    if (workflow.document) {
      result.documents.set(key, workflow.document)
      result.findings.push(
        ...tooLongWorkflow(
          ['workflows', key, 'document'],
          workflowText(workflow, () => ''),
        ),
      )
    }
    if (!workflow.file || !read) continue
    const text = read(workflow.file)
    if (text === undefined) {
      const message = `expected a workflow document, found no file ${show(workflow.file)}`
      result.findings.push(wrongValue(['workflows', key, 'file'], message))
      continue
    }
    const { document, problems } = readWorkflow(text, near(workflow.file), workflow)
    if (document) result.documents.set(key, document)
    result.problems.push(...problems)
  }
  return result
}

const readWorkflow = (text: string, file: string, workflow: OwnWorkflow) => {
  const { problems, value, written, place } = readYaml(text, file)
  if (problems.length) return { problems }
  const version =
    isMapping(value) && !('schemaVersion' in value)
      ? [wrongKey([], "the key 'schemaVersion' is missing: expected 1.0")]
      : []
  const shape = [...inspect(WorkflowDocument, value, written), ...version]
  const found = [
    ...shape,
    ...inspectWorkflow(value, workflow.type, written),
    ...tooLongWorkflow(
      [],
      workflowText(workflow, () => text),
    ),
  ].map(place)
  return shape.length ? { problems: found } : { document: v.parse(WorkflowDocument, value), problems: found }
}

type OwnWorkflow = Exclude<Workflow, { arn: string }>

/** The text that Image Builder gets: with the description of the workflow, so that another one is another document. */
export const workflowText = ({ file, document, description }: OwnWorkflow, read: (file: string) => string): string =>
  componentText(file === undefined ? JSON.stringify(document) : read(file), description)

/** What the role of bakes must be allowed for the steps of a fleet's own workflows, beyond what each build does. */
export interface WorkflowNeeds {
  /** ARNs of state machines that are started. */
  stateMachines: string[]
  /** Names or ARNs of documents that Systems Manager runs on the instances of a build. */
  commands: string[]
}

const needing = {
  ExecuteStateMachine: { input: 'stateMachineArn', need: 'stateMachines' },
  RunCommand: { input: 'documentName', need: 'commands' },
} as const

/** @param read the text of a workflow's file */
export const workflowNeeds = (fleet: Fleet, read: (file: string) => string): WorkflowNeeds => {
  const needs = { stateMachines: new Set<string>(), commands: new Set<string>() }
  for (const [key, workflow] of Object.entries(fleet.workflows)) {
    if ('arn' in workflow) continue
    const { steps, parameters = [] } = v.parse(WorkflowDocument, parse(workflowText(workflow, read)))
    const uses = Object.values(fleet.images).flatMap(({ workflows = [] }) =>
      workflows.filter((use) => use.workflow === key),
    )
    for (const { action, inputs } of steps) {
      const row = Object.hasOwn(needing, action) ? needing[action as keyof typeof needing] : undefined
      if (!row || !isMapping(inputs)) continue
      const name = /^\$\.parameters\.(.+)$/.exec(String(inputs[`${row.input}.$`]))?.[1] ?? ''
      const declared = parameters.find((parameter) => parameter.name === name)?.default
      const values = [inputs[row.input], declared, ...uses.map(({ parameters: given }) => given[name])]
      for (const each of values) if (typeof each === 'string') needs[row.need].add(each)
    }
  }
  return { stateMachines: [...needs.stateMachines], commands: [...needs.commands] }
}
