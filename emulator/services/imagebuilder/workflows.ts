import type { ImagePipeline, Workflow, WorkflowConfiguration } from '@aws-sdk/client-imagebuilder'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { AwsError, type Permission } from '../types.ts'
import type { Failure, Phase } from './images.ts'
import type { Place, Resources } from './resources.ts'
import { holds, readWorkflow, textOf, type Values, type WorkflowDocument } from './workflow-documents.ts'

/** Workflows of a pipeline: those of the account are followed as far as their documents say what they do, others run as AWS's own do. */

/** A step at which an image waits until somebody calls SendWorkflowStepAction, which nobody does here. */
export interface WaitingStep {
  workflow: string
  name: string
  phase: Phase
  seconds: number
}

/** "Default Timeout: 3 days": https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html */
const patience = 3 * 24 * 3_600

type Type = NonNullable<Workflow['type']>

const phases: Record<Type, Phase> = { BUILD: 'BUILDING', TEST: 'TESTING', DISTRIBUTION: 'DISTRIBUTING' }

/** The first such step of a pipeline's own workflows. What AWS or others share is not known here. */
export function waitingStepOf(resources: Resources, { workflows = [] }: ImagePipeline): WaitingStep | undefined {
  for (const configuration of workflows) {
    const own = ownOf(resources, configuration)
    const step = own?.document.steps.find(
      (each) => each.action === 'WaitForAction' && (each.if === undefined || holds(each.if, own.values) !== false),
    )
    if (own && step)
      return {
        workflow: configuration.workflowArn ?? '',
        name: step.name,
        phase: phases[typeOf(configuration)],
        seconds: step.timeoutSeconds ?? patience,
      }
  }
  return undefined
}

interface Own {
  document: WorkflowDocument
  values: Values
}

function ownOf(resources: Resources, { workflowArn = '', parameters = [] }: WorkflowConfiguration): Own | undefined {
  const workflow = resources.find(workflowArn) as Workflow | undefined
  if (!workflow?.data) return undefined
  const document = readWorkflow(workflow.data)
  const values = new Map<string, unknown>([
    ...document.parameters.map(({ name, default: value }): [string, unknown] => [name, value]),
    ...parameters.map(({ name = '', value = [] }): [string, unknown] => [name, value[0]]),
  ])
  return { document, values }
}

const typeOf = ({ workflowArn = '' }: WorkflowConfiguration): Type => workflowArn.split('/')[1]?.toUpperCase() as Type

const refused = (why: string) =>
  new AwsError('InvalidParameterValueException', `The value supplied for parameter 'workflows' is not valid. ${why}`)

/**
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowConfiguration.html and, in the user guide,
 * pipeline-workflows.html
 * @throws AwsError for workflows that no image can have
 */
export function mustTakeWorkflows(resources: Resources, workflows: WorkflowConfiguration[], place: Place): void {
  const count = (type: Type) => workflows.filter((each) => typeOf(each) === type).length
  if (count('BUILD') > 1) throw refused('An image has one build workflow.')
  if (count('TEST') > 10) throw refused('An image has ten test workflows at the most.')
  for (const configuration of workflows) {
    const { workflowArn = '', parallelGroup, parameters = [] } = configuration
    const owner = workflowArn.split(':')[4] ?? ''
    // The words of the API: aws/aws-cdk#29910
    if (owner.startsWith('aws') && !workflowArn.endsWith('/x.x.x'))
      throw refused(`AWS managed workflows must have latest version 'x.x.x' for '${workflowArn}'`)
    // "This field only applies for test workflows."
    if (parallelGroup !== undefined && typeOf(configuration) !== 'TEST')
      throw refused(`${workflowArn} has a parallelGroup, and is no test workflow.`)
    if (owner !== place.account) continue
    const { data } = resources.get('workflow', workflowArn)
    const declared = readWorkflow(data).parameters
    for (const { name = '', value = [] } of parameters) {
      const parameter = declared.find((each) => each.name === name)
      if (!parameter) throw refused(`${workflowArn} declares no parameter ${name}.`)
      if (!fits(parameter.type, value)) throw refused(`The parameter ${name} is no ${parameter.type}.`)
    }
    const missing = declared.find(
      (each) => each.default === undefined && !parameters.some(({ name }) => name === each.name),
    )
    if (missing) throw refused(`${workflowArn} needs the parameter ${missing.name}.`)
  }
}

/** image-workflow-create-document.html, "Workflow document input parameters" */
const types: Record<string, RegExp> = { integer: /^-?\d+$/, boolean: /^(true|false)$/ }

const fits = (type = 'string', value: string[]) =>
  type === 'stringList' || (value.length === 1 && (types[type]?.test(value[0] ?? '') ?? true))

interface Acting {
  /** Whether the role that Image Builder acts by may do something; undefined where that is not known. */
  may(permission: Permission): boolean | undefined
}

/** What the workflows of a stage come to. */
interface Stage {
  /** Whether the stage is there at all. */
  runs: boolean
  /** Why it fails, by its documents alone. */
  failure(acting: Acting): Failure | undefined
  /** Whether an image goes on after a failure of it. */
  goesOn: boolean
}

/** "You can create test-only workflows that skip the build process entirely": manage-image-workflows.html */
export function stageOf(resources: Resources, { workflows = [] }: ImagePipeline, type: 'BUILD' | 'TEST'): Stage {
  if (workflows.length === 0) return { runs: true, failure: () => undefined, goesOn: false }
  const ours = workflows.filter((each) => typeOf(each) === type)
  if (type === 'BUILD' && ours.length === 0)
    throw new UnsupportedFeature('option', 'of workflows that skip the build of an image')
  return {
    runs: ours.length > 0,
    goesOn: ours.every(({ onFailure }) => onFailure === 'CONTINUE'),
    failure: (acting) => {
      for (const configuration of ours) {
        const own = configuration.onFailure === 'CONTINUE' ? undefined : ownOf(resources, configuration)
        const failure = own && failureOf(own, type, acting)
        if (failure) return failure
      }
      return undefined
    },
  }
}

/** What a step asks of others, where its role must be allowed it: wfdoc-step-actions.html, "IAM permissions required". */
const asks: Record<string, { input: string; needs: (value: string) => Permission[] }> = {
  ExecuteStateMachine: {
    input: 'stateMachineArn',
    needs: (arn) => [
      { action: 'states:StartExecution', resource: arn },
      { action: 'states:DescribeExecution', resource: `${arn.replace(':stateMachine:', ':execution:')}:run` },
    ],
  },
}

function failureOf({ document, values }: Own, type: 'BUILD' | 'TEST', { may }: Acting): Failure | undefined {
  const ran = new Set<string>()
  for (const { name, action, inputs = {}, onFailure, ...step } of document.steps) {
    if (step.if !== undefined && holds(step.if, values) === false) continue
    const row = asks[action]
    const value = row && textOf(inputs[row.input] ?? inputs[`${row.input}.$`], values)
    const denied = value === undefined ? undefined : row?.needs(value).find((need) => may(need) === false)
    if (denied && onFailure !== 'Continue')
      return {
        reason: `The workflow step ${name} failed: the execution role is not authorized to perform ${denied.action} on ${denied.resource}.`,
        context: { failedStep: name },
      }
    if (!denied) ran.add(name)
  }
  if (type === 'TEST') return undefined
  // aws-samples/amazon-ec2-image-builder-samples: a build hands its AMI to the service "through its ImageId output".
  const output = document.outputs.find(({ name }) => name === 'ImageId')
  const source = /^\$\.stepOutputs\.(\w+)\./.exec(String(output?.value))?.[1]
  if (output && (source === undefined || ran.has(source))) return undefined
  return { reason: 'The build workflow has no output ImageId.', context: {} }
}
