import { UnsupportedFeature } from '../../unsupported-feature.ts'
import type { Step } from './automation-document.ts'
import { selected } from './automation-values.ts'

/** What an action works with. */
export interface Bench {
  /** Calls as the automation's role. */
  call: (service: string, operation: string, input: Record<string, unknown>) => Promise<Answer>
  /** @throws StepCancelled, and StepTimedOut where the step's time is over then */
  sleep: (seconds: number) => Promise<void>
}
// biome-ignore lint/suspicious/noExplicitAny: answers of many operations; each action reads what its own has
type Answer = any
type Outputs = Record<string, unknown>

export class StepCancelled extends Error {}
export class StepTimedOut extends Error {}
/** An action that failed, and what it gives all the same. */
export class StepFailed extends Error {
  readonly outputs: Outputs
  constructor(message: string, outputs: Outputs = {}) {
    super(message)
    this.outputs = outputs
  }
}

/** Seconds between looks. */
const polling = { instances: 5, property: 20, command: 20 }

type Inputs = Record<string, unknown> & Partial<Record<'Service' | 'Api' | 'PropertySelector', string>>

/** Each as its page in the reference has it: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html */
export const actions: Record<string, (bench: Bench, inputs: Inputs, step: Step) => Promise<Outputs>> = {
  'aws:runInstances': async ({ call, sleep }, inputs) => {
    const { MinInstanceCount, MaxInstanceCount, IamInstanceProfileName, IamInstanceProfileArn, ...rest } = inputs
    const profile = withoutUndefined({ Name: IamInstanceProfileName, Arn: IamInstanceProfileArn })
    const { Instances } = await call('ec2', 'RunInstances', {
      ...rest,
      MinCount: MinInstanceCount ?? 1,
      MaxCount: MaxInstanceCount ?? 1,
      ...(Object.keys(profile).length > 0 && { IamInstanceProfile: profile }),
    })
    const InstanceIds = Instances.map(({ InstanceId }: Answer) => InstanceId)
    for (;;) {
      await sleep(polling.instances)
      const reported = await call('ec2', 'DescribeInstanceStatus', { InstanceIds, IncludeAllInstances: true })
      const states = reported.InstanceStatuses.map(({ InstanceState }: Answer) => InstanceState.Name)
      if (states.every((state: string) => state === 'running')) return { InstanceIds, InstanceStates: states }
      if (!states.every((state: string) => /running|pending/.test(state)))
        throw new StepFailed(`Instances are ${states}`, { InstanceIds })
    }
  },

  'aws:waitForAwsResourceProperty': async ({ call, sleep }, inputs) => {
    const { Service = '', Api = '', PropertySelector = '', DesiredValues, ...rest } = inputs
    for (;;) {
      const [value] = selected(await call(Service, Api, rest), PropertySelector)
      if ((DesiredValues as unknown[]).includes(value)) return {}
      await sleep(polling.property)
    }
  },

  'aws:executeAwsApi': async ({ call }, { Service = '', Api = '', ...rest }, { outputs = [] }) => {
    const answer = await call(Service, Api, rest)
    return Object.fromEntries(
      outputs.map(({ Name, Selector, Type }) => {
        if (Type !== 'StringList' && Type !== 'String') throw new UnsupportedFeature('automation output type', Type)
        const found = selected(answer, Selector).flat()
        return [Name, Type === 'String' ? found[0] : found]
      }),
    )
  },

  'aws:runCommand': async ({ call, sleep }, { Parameters = {}, ...rest }) => {
    const lists = Object.entries(Parameters as object).map(([name, value]) => [name, [value].flat()])
    const { Command } = await call('ssm', 'SendCommand', {
      ...rest,
      ...(lists.length > 0 && { Parameters: Object.fromEntries(lists) }),
    })
    const { CommandId } = Command
    try {
      for (;;) {
        await sleep(polling.command)
        await call('ssm', 'ListCommands', { CommandId })
        const { CommandInvocations } = await call('ssm', 'ListCommandInvocations', {
          CommandId,
          Details: true,
        })
        const { Status, ResponseCode, Output } = CommandInvocations[0].CommandPlugins[0]
        if (Status === 'InProgress') continue
        const outputs = { CommandId, Status, ResponseCode: String(ResponseCode), Output }
        if (Status === 'Success') return outputs
        throw new StepFailed(unexpected(outputs), outputs)
      }
    } catch (error) {
      if (error instanceof StepCancelled || error instanceof StepTimedOut)
        await call('ssm', 'CancelCommand', { CommandId })
      throw error
    }
  },
}

/** In Automation's words. */
function unexpected(o: { CommandId: string; Status: string; ResponseCode: string; Output: string }): string {
  const payload = JSON.stringify({ ...o, ResponseCode: Number(o.ResponseCode) })
  const reported = `Status=[${o.Status}], ResponseCode=[${o.ResponseCode}], Output=[${o.Output}], OutputPayload=[${payload}], CommandId=[${o.CommandId}]`
  return (
    `Step fails when it is verifying the command has completed. Command ${o.CommandId} returns unexpected ` +
    `invocation result: \n{${reported}}. Please refer to Automation Service Troubleshooting Guide for more diagnosis details.`
  )
}

const withoutUndefined = (o: object) => Object.fromEntries(Object.entries(o).filter(([, value]) => value !== undefined))
