import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  AmazonManagedWorkflow,
  type IWorkflow,
  Workflow,
  WorkflowData,
  WorkflowType,
} from '@aws-cdk/aws-imagebuilder-alpha'
import { RemovalPolicy } from 'aws-cdk-lib'
import type { CfnImagePipeline } from 'aws-cdk-lib/aws-imagebuilder'
import { Construct } from 'constructs'
import type { Fleet, Workflow as FleetWorkflow, Image } from '../../domain/fleet/model.ts'
import { workflowText } from '../../domain/fleet/workflow-text.ts'
import { typeOfWorkflow } from '../../domain/fleet/workflows.ts'
import { resourceName } from '../../domain/names.ts'
import { stackPart } from './stack-part.ts'

const types = { build: WorkflowType.BUILD, test: WorkflowType.TEST }

/**
 * The fleet's workflows by key, as its components are made: a changed document becomes the next build of the same version, pipelines
 * refer to that build, and old builds stay for the images that they made.
 */
export function createWorkflows(scope: Construct, fleet: Fleet, directory: string): Record<string, IWorkflow> {
  const workflows = new Construct(scope, 'Workflow')
  return Object.fromEntries(
    Object.entries(fleet.workflows).map(([key, workflow]) => [
      key,
      'arn' in workflow
        ? Workflow.fromWorkflowArn(workflows, key, workflow.arn)
        : createWorkflow(workflows, resourceName(fleet.name, key), { key, workflow, directory }),
    ]),
  )
}

interface OwnWorkflow {
  key: string
  workflow: Exclude<FleetWorkflow, { arn: string }>
  directory: string
}

function createWorkflow(scope: Construct, name: string, { key, workflow, directory }: OwnWorkflow): IWorkflow {
  const { type, description } = workflow
  const text = workflowText(workflow, (file) => readFileSync(resolve(directory, file), 'utf8'))
  const made = new Workflow(scope, key, {
    workflowName: `${name}-${stackPart}`,
    workflowType: types[type],
    ...(description && { description }),
    data: WorkflowData.fromInline(text),
  })
  made.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
  return made
}

/**
 * What a pipeline runs: the image's own workflows, and Image Builder's for the stage that the image says nothing of. "You can create
 * test-only workflows that skip the build process entirely": a pipeline that names a workflow names one for each stage.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-image-workflows.html
 */
export function workflowsOf(
  scope: Construct,
  fleet: Fleet,
  { workflows: uses, tests }: Image,
  made: Record<string, IWorkflow>,
): CfnImagePipeline.WorkflowConfigurationProperty[] {
  if (!uses) return []
  const has = (type: 'build' | 'test') =>
    uses.some(({ workflow }) => typeOfWorkflow(fleet.workflows[workflow] as FleetWorkflow) === type)
  const own = uses.map(({ workflow, parameters, onFailure, parallelGroup }) => ({
    workflowArn: arnOf(made, workflow),
    ...(Object.keys(parameters).length > 0 && { parameters: parametersOf(parameters) }),
    ...(onFailure && { onFailure: onFailure.toUpperCase() }),
    ...(parallelGroup !== undefined && { parallelGroup }),
  }))
  const build = has('build') ? [] : [{ workflowArn: AmazonManagedWorkflow.buildImage(scope, 'Build').workflowArn }]
  const test =
    has('test') || !tests ? [] : [{ workflowArn: AmazonManagedWorkflow.testImage(scope, 'Test').workflowArn }]
  return [...build, ...own, ...test]
}

const arnOf = (made: Record<string, IWorkflow>, key: string): string => (made[key] as IWorkflow).workflowArn

const parametersOf = (parameters: NonNullable<Image['workflows']>[number]['parameters']) =>
  Object.entries(parameters).map(([name, value]) => ({
    name,
    value: Array.isArray(value) ? value : [String(value)],
  }))
