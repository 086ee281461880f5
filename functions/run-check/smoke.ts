import {
  type AutomationExecution,
  AutomationExecutionLimitExceededException,
  AutomationExecutionNotFoundException,
  GetAutomationExecutionCommand,
  InvalidAutomationStatusUpdateException,
  type SSMClient,
  StartAutomationExecutionCommand,
  type StepExecution,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm'
import { clientToken } from '../../domain/executions.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'
import { automationWait } from '../../ledger/wait-ids.ts'
import type { CheckInput, CheckStep, OrderOf } from './check-step.ts'

interface SmokeCheckDeps {
  ssm: SSMClient
  /** The name of the fleet's runbook for smoke tests. */
  smokeDocument: string
}

const running = ['Pending', 'InProgress', 'Waiting', 'Cancelling']
/** Characters of what a script printed: its end tells most. */
const tailLength = 1_000

/** Has the AMI tested on an instance; the runbook launches and terminates it. The first look only starts that. */
export async function examineSmoke(
  deps: SmokeCheckDeps,
  order: OrderOf<'smoke'>,
  subject: CheckInput,
): Promise<CheckStep> {
  const { executionId } = subject.state ?? {}
  if (!executionId) return begin(deps, order, subject)
  const { AutomationExecution: execution = {} } = await deps.ssm.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: executionId }),
  )
  const { AutomationExecutionStatus: status = 'Pending', CurrentStepName: step } = execution
  if (running.includes(status))
    return {
      pending: automationWait(executionId),
      doing: step ? `step ${step} is InProgress` : `the execution is ${status}`,
      state: { executionId },
    }
  // Not the execution's word alone: whether it succeeds after a step that failed hangs on what it is notified of that step.
  const succeeded = status === 'Success' && scriptOf(execution)?.StepStatus === 'Success'
  return { results: [succeeded ? passed(execution) : failed(execution, executionId)] }
}

const scriptOf = ({ StepExecutions: steps = [] }: AutomationExecution) =>
  steps.find(({ StepName }) => StepName === 'RunScript')

/**
 * Cancels what goes on for a check that nobody waits for any more: the instance is terminated now, not in hours.
 * Nothing is done where nothing runs.
 */
export async function abandonSmoke({ ssm }: Pick<SmokeCheckDeps, 'ssm'>, state: CheckState | undefined): Promise<void> {
  if (!state?.executionId) return
  try {
    await ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId: state.executionId, Type: 'Cancel' }))
  } catch (error) {
    const over =
      error instanceof InvalidAutomationStatusUpdateException || error instanceof AutomationExecutionNotFoundException
    if (!over) throw error
  }
}

async function begin(
  { ssm, smokeDocument }: SmokeCheckDeps,
  { check, settings }: OrderOf<'smoke'>,
  { execution, campaign, image, ami }: CheckInput,
): Promise<CheckStep> {
  const token = asUuid(clientToken(execution, check))
  try {
    const { AutomationExecutionId: executionId = '' } = await ssm.send(
      new StartAutomationExecutionCommand({
        DocumentName: smokeDocument,
        ClientToken: token,
        Parameters: {
          ImageId: [ami],
          InstanceType: [settings.instanceType],
          CommandDocument: [settings.document],
          CommandParameters: [JSON.stringify(listed(settings.parameters))],
          Campaign: [campaign],
          Image: [image],
        },
      }),
    )
    return {
      pending: automationWait(executionId),
      doing: 'the execution is Pending',
      state: { executionId },
    }
  } catch (error) {
    if (!(error instanceof AutomationExecutionLimitExceededException)) throw error
    // No event tells when there is room again: the time brings the next look.
    return { pending: automationWait(token), doing: 'the account runs as many automations as it may' }
  }
}

/** A command document takes a list for each parameter. */
const listed = (parameters: Record<string, string>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]))

/** A client token of Automation has the form of a UUID. */
const asUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

function passed({ StepExecutions: steps = [] }: AutomationExecution): CheckResult {
  const printed = tail(printedBy(steps))
  return {
    check: 'RunScript',
    passed: true,
    detail: printed ? `it succeeded and printed: ${printed}` : 'it succeeded and printed nothing',
  }
}

/** The first step that did not succeed says why; the ones that clean up come after it. */
/** What Systems Manager says of these steps helps nobody. */
const hints: Record<string, string> = {
  WaitOnline:
    'Systems Manager never heard of the instance: is its agent in the AMI, and is there a way to Systems Manager from the subnet?',
}

function failed(
  { AutomationExecutionStatus: status, FailureMessage: why, StepExecutions: steps = [] }: AutomationExecution,
  executionId: string,
): CheckResult {
  const ended = steps.find(({ StepStatus }) => /^(Failed|TimedOut|Cancelled)$/.test(StepStatus ?? ''))
  // A script that never ran is no success, whatever the execution says.
  const step = ended ?? (status === 'Success' ? { StepName: 'RunScript', StepStatus: 'Pending' as const } : undefined)
  const reported = step?.StepName === 'RunScript' ? printedBy(steps) : hints[step?.StepName ?? '']
  const detail = tail(reported ?? step?.FailureMessage ?? why ?? '')
  return {
    check: step?.StepName ?? 'execution',
    passed: false,
    detail: `${step?.StepStatus ?? status} in automation ${executionId}${detail ? `: ${detail}` : ''}`,
  }
}

/** What the script printed: an output of its step, or where that failed, only in the message. */
function printedBy(steps: StepExecution[]): string | undefined {
  const script = scriptOf({ StepExecutions: steps })
  const [output] = script?.Outputs?.Output ?? []
  if (output !== undefined) return output
  const [, payload] = script?.FailureMessage?.match(/OutputPayload=\[(\{.*\})\], CommandId=/s) ?? []
  try {
    return payload && (JSON.parse(payload) as { Output?: string }).Output
  } catch {
    return undefined
  }
}

/** The end of a text that is not ours: on one line, without anything that a terminal might act on. */
function tail(text = ''): string {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of terminals are what is taken out
    .replace(/\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|.)/g, '')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
  return plain.length <= tailLength ? plain : `…${plain.slice(1 - tailLength).toWellFormed()}`
}
