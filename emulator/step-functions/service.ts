import { UnsupportedFeature } from '../unsupported-feature.ts'
import { checkDefinition, type Problem } from './check/check.ts'
import type { Execution } from './execution.ts'
import type { HistoryEvent } from './history.ts'
import { page } from './paging.ts'
import type { StateMachine, StepFunctions } from './step-functions.ts'
import { CAUSE_LIMIT, ERROR_LIMIT, StatesError } from './types.ts'

type Input = Record<string, unknown>
/** An operation of the API: members in camelCase, timestamps as Date; errors have their code as `name`. */
export type Operation = (input: Input) => Input

/** The operations of the `stepfunctions` service that the emulator answers, by the API's names. */
export function stepFunctionsService(engine: StepFunctions): Record<string, Operation> {
  return { ...stateMachineOperations(engine), ...executionOperations(engine), ...taskOperations(engine) }
}

function stateMachineOperations(engine: StepFunctions): Record<string, Operation> {
  return {
    CreateStateMachine: (input) => {
      onlyStandard(input)
      const machine = engine.createStateMachine({
        name: input.name as string,
        definition: input.definition as string,
        roleArn: input.roleArn as string,
        tags: input.tags as StateMachine['tags'] | undefined,
      })
      return { stateMachineArn: machine.arn, creationDate: new Date(machine.creationDate) }
    },
    UpdateStateMachine: (input) => {
      onlyStandard(input)
      const { definition, roleArn } = input as { definition?: string; roleArn?: string }
      const { revisionId } = engine.updateStateMachine(input.stateMachineArn, { definition, roleArn })
      return { updateDate: new Date(engine.host.clock.now()), revisionId }
    },
    DeleteStateMachine: (input) => {
      engine.deleteStateMachine(input.stateMachineArn)
      return {}
    },
    DescribeStateMachine: (input) => {
      const machine = engine.stateMachine(input.stateMachineArn)
      return {
        ...describeDefinition(machine),
        status: 'ACTIVE',
        type: 'STANDARD',
        creationDate: new Date(machine.creationDate),
      }
    },
    DescribeStateMachineForExecution: (input) => {
      const execution = engine.execution(input.executionArn)
      const machine = engine.stateMachine(execution.stateMachine.arn.split('/')[0])
      const { mapRunArn } = execution
      return {
        ...describeDefinition(machine),
        stateMachineArn: execution.stateMachine.arn,
        updateDate: new Date(machine.creationDate),
        ...(mapRunArn !== undefined && { mapRunArn, label: execution.stateMachine.arn.split('/')[1] }),
      }
    },
    ListStateMachines: (input) => {
      const machines = [...engine.stateMachines.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
      const { items, nextToken } = page(machines, input)
      return {
        stateMachines: items.map(({ arn, name, creationDate }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate: new Date(creationDate),
        })),
        ...nextToken,
      }
    },
    ValidateStateMachineDefinition: ({ definition, maxResults }) => {
      const problems = problemsOf(definition)
      const most = Number(maxResults) || 100
      return {
        result: problems.length > 0 ? 'FAIL' : 'OK',
        diagnostics: problems
          .slice(0, most)
          .map(({ code, message, path }) => ({ severity: 'ERROR', code, message, location: path })),
        truncated: problems.length > most,
      }
    },
    ListTagsForResource: (input) => ({ tags: engine.stateMachine(input.resourceArn).tags }),
    TagResource: (input) => {
      const machine = engine.stateMachine(input.resourceArn)
      const added = input.tags as StateMachine['tags']
      machine.tags = [...machine.tags.filter((tag) => !added.some(({ key }) => key === tag.key)), ...added]
      return {}
    },
    UntagResource: (input) => {
      const machine = engine.stateMachine(input.resourceArn)
      machine.tags = machine.tags.filter((tag) => !(input.tagKeys as string[]).includes(tag.key))
      return {}
    },
  }
}

function executionOperations(engine: StepFunctions): Record<string, Operation> {
  return {
    StartExecution: (input) => {
      const { stateMachineArn, name, input: text } = input as { stateMachineArn: string; name?: string; input?: string }
      const execution = engine.startExecution({ stateMachineArn, name, input: text })
      return { executionArn: execution.arn, startDate: new Date(execution.startDate) }
    },
    DescribeExecution: (input) => describeExecution(engine.execution(input.executionArn)),
    StopExecution: (input) => {
      const execution = engine.execution(input.executionArn)
      const { error, cause } = textsOf(input)
      execution.stop(error, cause)
      return { stopDate: new Date(execution.stopDate as number) }
    },
    ListExecutions: (input) => {
      const { mapRunArn, statusFilter } = input
      const machine = mapRunArn === undefined ? engine.stateMachine(input.stateMachineArn).arn : undefined
      const found = [...engine.executions.values()]
        .filter((execution) => (machine ? execution.stateMachine.arn === machine : execution.mapRunArn === mapRunArn))
        .filter(({ status }) => statusFilter === undefined || status === statusFilter)
        .reverse()
      const { items, nextToken } = page(found, input)
      return { executions: items.map(listItem), ...nextToken }
    },
    GetExecutionHistory: (input) => {
      const { events } = engine.execution(input.executionArn).history
      const { items, nextToken } = page(input.reverseOrder ? [...events].reverse() : events, input)
      return {
        events: items.map((event) => (input.includeExecutionData === false ? withoutData(event) : event)),
        ...nextToken,
      }
    },
  }
}

function taskOperations({ tokens }: StepFunctions): Record<string, Operation> {
  return {
    SendTaskSuccess: (input) => {
      tokens.succeed(input.taskToken, input.output)
      return {}
    },
    SendTaskFailure: (input) => {
      const { error, cause } = textsOf(input)
      tokens.fail(input.taskToken, error, cause)
      return {}
    },
    SendTaskHeartbeat: (input) => {
      tokens.heartbeat(input.taskToken)
      return {}
    },
  }
}

/**
 * The error and the cause of a request, within their limits.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
 */
function textsOf({ error, cause }: Input): { error?: string | undefined; cause?: string | undefined } {
  const texts = { error: error as string | undefined, cause: cause as string | undefined }
  const limits = { error: ERROR_LIMIT, cause: CAUSE_LIMIT }
  for (const member of ['error', 'cause'] as const) {
    if ((texts[member]?.length ?? 0) <= limits[member]) continue
    const constraint = `Member must have length less than or equal to ${limits[member]}`
    throw new StatesError(
      'ValidationException',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
    )
  }
  return texts
}

function onlyStandard(input: Input): void {
  if ((input.type ?? 'STANDARD') !== 'STANDARD' || input.publish) {
    throw new UnsupportedFeature('state machine type', input.publish ? 'with versions' : String(input.type))
  }
}

function describeDefinition({ arn, name, definition, roleArn, revisionId }: StateMachine): Input {
  return {
    stateMachineArn: arn,
    name,
    definition,
    roleArn,
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    ...(revisionId !== undefined && { revisionId }),
  }
}

function describeExecution(execution: Execution): Input {
  const { status, input, output, error, cause } = execution
  const redrivable = status !== 'RUNNING' && status !== 'SUCCEEDED'
  return {
    ...listItem(execution),
    input,
    inputDetails: { included: true },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveCount: 0,
    redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(!redrivable && { redriveStatusReason: `Execution is ${status} and cannot be redriven` }),
  }
}

function listItem({ arn, stateMachine, name, status, startDate, stopDate, mapRunArn }: Execution): Input {
  return {
    executionArn: arn,
    stateMachineArn: stateMachine.arn,
    name,
    status,
    startDate: new Date(startDate),
    ...(stopDate !== undefined && { stopDate: new Date(stopDate) }),
    ...(mapRunArn !== undefined && { mapRunArn }),
  }
}

/** `includeExecutionData: false` takes the payloads out of the details; the parameters of a task stay. */
function withoutData(event: HistoryEvent): HistoryEvent {
  const hidden = new Set(['input', 'inputDetails', 'output', 'outputDetails'])
  const shown = Object.entries(event).map(([name, value]) => {
    if (!name.endsWith('EventDetails')) return [name, value]
    return [name, Object.fromEntries(Object.entries(value).filter(([member]) => !hidden.has(member)))]
  })
  return Object.fromEntries(shown)
}

function problemsOf(definition: unknown): Problem[] {
  try {
    return checkDefinition(JSON.parse(definition as string))
  } catch (error) {
    return [{ path: '', code: 'INVALID_JSON_DESCRIPTION', message: (error as Error).message }]
  }
}
