import type { ImagePipeline, Workflow } from '@aws-sdk/client-imagebuilder'
import { parse } from 'yaml'
import type { Phase } from './images.ts'
import type { Resources } from './resources.ts'

/** Workflows of a pipeline run as AWS's own do, but for a step that waits for somebody. */

interface Step {
  name: string
  action: string
  timeoutSeconds?: number
}

/** A step at which an image waits until somebody calls SendWorkflowStepAction, which nobody does here. */
export interface WaitingStep {
  workflow: string
  name: string
  phase: Phase
  seconds: number
}

/** "Default Timeout: 3 days": https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html */
const patience = 3 * 24 * 3_600

const phases: Record<NonNullable<Workflow['type']>, Phase> = {
  BUILD: 'BUILDING',
  TEST: 'TESTING',
  DISTRIBUTION: 'DISTRIBUTING',
}

/** The first such step of a pipeline's own workflows. What AWS or others share is not known here. */
export function waitingStepOf(resources: Resources, { workflows = [] }: ImagePipeline): WaitingStep | undefined {
  for (const { workflowArn = '' } of workflows) {
    const workflow = resources.find(workflowArn) as Workflow | undefined
    const { steps = [] } = (parse(workflow?.data ?? '{}') ?? {}) as { steps?: Step[] }
    const step = steps.find(({ action }) => action === 'WaitForAction')
    if (workflow && step)
      return {
        workflow: workflowArn,
        name: step.name,
        phase: phases[workflow.type ?? 'BUILD'],
        seconds: step.timeoutSeconds ?? patience,
      }
  }
  return undefined
}
