import type { AutomationExecutionStatus, StepExecution } from '@aws-sdk/client-ssm'
import { AwsError, type ServiceEvent } from '../types.ts'
import type { AutomationDocument, Step } from './automation-document.ts'
import type { Place } from './store.ts'

/** One execution of a runbook, and what GetAutomationExecution and its events tell of it. */
export interface Execution extends Place {
  id: string
  arn: string
  name: string
  document: AutomationDocument
  /** As they were given, and as the steps see them. */
  given: Record<string, string[]>
  values: Record<string, unknown>
  executedBy: string
  /** What the execution works for. */
  tag: string
  started: Date
  ended?: Date
  status: AutomationExecutionStatus
  failure?: string
  steps: Map<string, StepExecution>
  /** What steps have given, as `Launch.InstanceIds`. */
  outputs: Map<string, unknown>
  cancel: AbortController
}

export const isFinished = ({ ended }: Execution) => ended !== undefined

/** The parameters as a runbook's types have them: maps are JSON in a list of one. */
export function valuesOf(
  { parameters = {} }: AutomationDocument,
  given: Record<string, string[]>,
): Record<string, unknown> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(parameters, name))
  const missing = Object.keys(parameters).filter(
    (name) => parameters[name]?.default === undefined && given[name] === undefined,
  )
  if (unknown.length + missing.length > 0)
    throw new AwsError(
      'InvalidAutomationExecutionParametersException',
      `Undefined parameters ${unknown.join()}, or required ones that have no value: ${missing.join()}`,
    )
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const { type, default: usual } = parameter
      const value = given[name]
      if (!value) return [name, usual]
      return [name, type === 'StringMap' ? JSON.parse(value[0] ?? '{}') : type === 'StringList' ? value : value[0]]
    }),
  )
}

/** Every step of the runbook; those that have not begun are Pending. */
export const pendingSteps = ({ mainSteps }: AutomationDocument): Map<string, StepExecution> =>
  new Map(
    mainSteps.map((step) => [
      step.name,
      {
        StepName: step.name,
        Action: step.action,
        StepStatus: 'Pending' as const,
        IsCritical: isCritical(step),
        OnFailure: step.onFailure ?? 'Abort',
        MaxAttempts: step.maxAttempts ?? 1,
        IsEnd: step.isEnd ?? false,
        ...(step.timeoutSeconds && { TimeoutSeconds: step.timeoutSeconds }),
        ...(step.nextStep && { NextStep: step.nextStep }),
      },
    ]),
  )

/** What the step is asked to be. The default is that of the guide. */
export const isCritical = ({ isCritical: critical, onFailure }: Step) => critical ?? onFailure !== 'Continue'

export function reportedOf(execution: Execution) {
  const { document, steps, outputs } = execution
  const current = [...steps.values()].find(({ StepStatus: status }) => status === 'InProgress')
  return {
    AutomationExecutionId: execution.id,
    DocumentName: execution.name,
    DocumentVersion: '1',
    Mode: 'Auto',
    AutomationExecutionStatus: execution.status,
    ExecutionStartTime: execution.started,
    ...(execution.ended && { ExecutionEndTime: execution.ended }),
    ...(execution.failure && { FailureMessage: execution.failure }),
    ...(current && { CurrentStepName: current.StepName, CurrentAction: current.Action }),
    StepExecutions: [...steps.values()],
    StepExecutionsTruncated: false,
    Parameters: execution.given,
    ExecutedBy: execution.executedBy,
    Outputs: Object.fromEntries(
      (document.outputs ?? []).map((name) => [
        name,
        textsOf(outputs.get(name) ?? 'No output available yet because the step is not successfully executed'),
      ]),
    ),
  }
}

/** As the API has values: texts that are not empty, and what is more than text as JSON. */
export const textsOf = (value: unknown): string[] =>
  [value].flat().flatMap((item) => (item === '' ? [] : typeof item === 'string' ? item : JSON.stringify(item)))

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export function happeningOf(execution: Execution, step?: StepExecution): ServiceEvent {
  const { account, region, id, name, arn, executedBy } = execution
  const started = step?.ExecutionStartTime ?? execution.started
  const ended = step?.ExecutionEndTime ?? execution.ended ?? started
  const status = step?.StepStatus ?? execution.status
  return {
    source: 'aws.ssm',
    account,
    region,
    detailType: `EC2 Automation ${step ? 'Step' : 'Execution'} Status-change Notification`,
    resources: [arn, `arn:aws:ssm:${region}:${account}:automation-definition/${name}:1`],
    detail: {
      ExecutionId: id,
      Definition: name,
      DefinitionVersion: 1,
      // Events have it with one l, the API with two.
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
      Status: status === 'Cancelled' ? 'Canceled' : status,
      StartTime: inWords(started),
      EndTime: inWords(ended),
      Time: ended.getTime() - started.getTime(),
      ...(step ? { StepName: step.StepName, Action: step.Action } : { ExecutedBy: executedBy }),
    },
  }
}

/** `Nov 29, 2024 7:43:20 PM` */
function inWords(time: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'UTC',
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    hour12: true,
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(time)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  const clock = `${part('hour')}:${part('minute')}:${part('second')} ${part('dayPeriod')}`
  return `${part('month')} ${part('day')}, ${part('year')} ${clock}`
}
