import type { TaskState } from '../definition.ts'
import type { Integration } from '../resource.ts'
import { type Json, type JsonObject, TaskFailure } from '../types.ts'
import type { Visit } from '../visit.ts'
import { serviceFailure } from './failure.ts'

/** Performs a task's call through the host; gives its result, or throws the failure as Step Functions names it. */
export async function call(visit: Visit<TaskState>, integration: Integration, given: Json): Promise<Json> {
  // A copy: functions run in this process, and may change what they get.
  const argument = jsonOf(given)
  const { host } = visit.execution
  const caller = {
    roleArn: visit.execution.roleArn,
    executionArn: visit.execution.arn,
    state: visit.name,
  }
  if (integration.kind === 'function') {
    return await invoke(() => host.invokeFunction({ ...caller, functionArn: integration.resource, payload: argument }))
  }
  if (argument === null || typeof argument !== 'object' || Array.isArray(argument)) {
    throw visit.failure('States.Runtime', 'The Arguments of a service integration must come to a JSON object.')
  }
  if (integration.kind === 'lambda') {
    const functionArn = functionArnOf(visit, argument.FunctionName)
    const payload = await invoke(() => host.invokeFunction({ ...caller, functionArn, payload: argument.Payload ?? {} }))
    return {
      ExecutedVersion: '$LATEST',
      Payload: payload,
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: { RequestId: visit.random(`request/${visit.retries}`).uuid() },
      StatusCode: 200,
    }
  }
  try {
    const { service, action } = integration
    const result = await host.callService({
      ...caller,
      service,
      action,
      arguments: prepare(integration, argument),
    })
    return checkEntries(integration, jsonOf(result ?? {}))
  } catch (error) {
    if (error instanceof TaskFailure) throw error
    const requestId = visit.random(`request/${visit.retries}`).uuid()
    throw serviceFailure(integration, error as Error, requestId)
  }
}

/** A function's failure: the name of what it threw, and what Lambda answers as the cause. */
async function invoke(run: () => Promise<{ payload: unknown }>): Promise<Json> {
  try {
    return jsonOf((await run()).payload ?? null)
  } catch (error) {
    if (error instanceof TaskFailure) throw error
    const { name, message } = error as Error
    const cause = { errorType: name, errorMessage: message, trace: [`${name}: ${message}`] }
    throw new TaskFailure(name, JSON.stringify(cause))
  }
}

/** Both the ARN and the name of a function are accepted, as Lambda's Invoke does. */
function functionArnOf(visit: Visit<TaskState>, name: Json | undefined): string {
  if (typeof name !== 'string') {
    throw visit.failure('States.Runtime', "The Arguments of lambda:invoke must have the string 'FunctionName'.")
  }
  const { account, region } = visit.execution.host
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`
}

/** The optimized integrations take JSON where the API takes text (AWS: connect-sns, connect-sqs, connect-eventbridge). */
function prepare({ kind, service }: Integration, argument: JsonObject): JsonObject {
  if (kind === 'sdk') return argument
  if (service === 'sns') return textIn(argument, 'Message')
  if (service === 'sqs') return textIn(argument, 'MessageBody')
  if (service === 'states') return textIn(argument, 'Input')
  if (service === 'events' && Array.isArray(argument.Entries)) {
    return { ...argument, Entries: argument.Entries.map((entry) => textIn(entry as JsonObject, 'Detail')) }
  }
  return argument
}

function textIn(argument: JsonObject, member: string): JsonObject {
  const { [member]: value, ...rest } = argument
  if (value === undefined || value === null) return rest
  return { ...rest, [member]: typeof value === 'string' ? value : JSON.stringify(value) }
}

/** One rejected entry fails the whole of events:putEvents. */
function checkEntries({ kind, service }: Integration, result: Json): Json {
  if (kind === 'optimized' && service === 'events' && (result as JsonObject).FailedEntryCount) {
    throw new TaskFailure('EventBridge.FailedEntry', JSON.stringify(result))
  }
  return result
}

/** Plain JSON: dates become ISO 8601, as in the results of SDK integrations. */
function jsonOf(value: unknown): Json {
  return JSON.parse(JSON.stringify(value))
}
