import type {
  DescribeInstanceInformationRequest,
  ListCommandInvocationsRequest,
  SendCommandRequest,
} from '@aws-sdk/client-ssm'
import type { Iam } from '../../iam/iam.ts'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import type { Ec2 } from '../ec2.ts'
import { tagContext } from '../ec2-permissions.ts'
import type { LaunchedInstance } from '../instances.ts'
import { Partitions } from '../support.ts'
import { AwsError, type Context, type PermissionsOf, type ServiceDeps } from '../types.ts'
import { type Documents, documentArn } from './documents.ts'
import type { Place } from './store.ts'

/** Where a command runs, and which. */
export interface CommandTarget {
  image: string
  instance: string
  /** Of the instance. */
  tags: Record<string, string>
  instanceType: string
  /** What runs there; not known before it does. */
  document?: string
}

/** How a command goes; all of it as one would wish where nothing is said. */
export interface CommandOutcome {
  /** false: Systems Manager never hears of the instance. */
  online?: boolean
  exitCode?: number
  output?: string
  seconds?: number
}

interface Command {
  id: string
  input: SendCommandRequest
  instance: string
  requested: Date
  status: 'InProgress' | 'Success' | 'Failed' | 'Cancelled'
  exitCode: number
  output: string
  /** Takes back its end. */
  forget: () => void
}

/** Seconds after which the agent of a running instance is online. */
const agentStarts = { linux: 40, windows: 240 }
/** What ListCommandInvocations tells of a plugin's output. */
const outputLimit = 2_500

/** Run Command, and the instances that it reaches. */
export class Commands {
  readonly #commands = new Partitions<Map<string, Command>>(() => new Map())
  readonly #deps: ServiceDeps
  readonly #ec2: Ec2
  readonly #documents: Documents
  readonly #iam: () => Iam
  readonly #outcomeOf: (target: CommandTarget) => CommandOutcome

  constructor(
    deps: ServiceDeps,
    near: { ec2: Ec2; documents: Documents; iam: () => Iam; outcomeOf: (target: CommandTarget) => CommandOutcome },
  ) {
    this.#deps = deps
    this.#ec2 = near.ec2
    this.#documents = near.documents
    this.#iam = near.iam
    this.#outcomeOf = near.outcomeOf
  }

  readonly permissions: Record<string, PermissionsOf> = {
    SendCommand: ({ DocumentName: name = '', InstanceIds: ids = [] }: SendCommandRequest, context) => [
      { action: 'ssm:SendCommand', resource: documentArn(name, context) },
      ...ids.map((id) => ({
        action: 'ssm:SendCommand',
        resource: `arn:aws:ec2:${context.region}:${context.account}:instance/${id}`,
        context: tagContext('ssm:resourceTag', this.#ec2.instances.find(id, context)?.instance.Tags),
      })),
    ],
  }

  readonly operations = {
    DescribeInstanceInformation: (input: DescribeInstanceInformationRequest, context: Context) => {
      const ids = input.Filters?.flatMap(({ Key: key, Values }) => {
        if (key !== 'InstanceIds') throw new UnsupportedFeature('filter', `${key} of DescribeInstanceInformation`)
        return Values ?? []
      })
      const online = this.#ec2.instances
        .in(context)
        .filter(({ instance }) => ids?.includes(instance.InstanceId) ?? true)
        .filter((launched) => this.#isOnline(launched))
      return {
        InstanceInformationList: online.map(({ instance }) => ({
          InstanceId: instance.InstanceId,
          PingStatus: 'Online',
          LastPingDateTime: context.now,
          ResourceType: 'EC2Instance',
          PlatformType: instance.Platform ? 'Windows' : 'Linux',
        })),
      }
    },

    SendCommand: (input: SendCommandRequest, context: Context) => {
      const { DocumentName: name = '', InstanceIds: [id = '', ...others] = [] } = input
      if (others.length > 0) throw new UnsupportedFeature('option', 'InstanceIds with several instances of SendCommand')
      const launched = this.#ec2.instances.find(id, context)
      if (!launched || !this.#isOnline(launched))
        throw new AwsError(
          'InvalidInstanceId',
          `Instances [[${id}]] not in a valid state for account ${context.account}`,
        )
      this.#checkDocument(input, context)
      const command = this.#start(input, launched, this.#outcomeOf({ ...aboutOf(launched), document: name }))
      return { Command: reported(command) }
    },

    ListCommands: ({ CommandId: id = '' }: { CommandId?: string }, context: Context) => ({
      Commands: [reported(this.#get(id, context))],
    }),

    ListCommandInvocations: ({ CommandId: id = '', Details }: ListCommandInvocationsRequest, context: Context) => {
      const command = this.#get(id, context)
      const { exitCode: ResponseCode, status: Status } = command
      const Name = this.#pluginOf(command.input, context)
      const plugin = { Name, Status, ResponseCode, Output: command.output.slice(0, outputLimit) }
      return {
        CommandInvocations: [
          {
            CommandId: id,
            InstanceId: command.instance,
            DocumentName: command.input.DocumentName,
            Status,
            ...(Details && { CommandPlugins: [plugin] }),
          },
        ],
      }
    },

    CancelCommand: ({ CommandId: id = '' }: { CommandId?: string }, context: Context) => {
      const command = this.#get(id, context)
      if (command.status !== 'InProgress') return {}
      command.status = 'Cancelled'
      command.forget()
      return {}
    },
  }

  /** Running for long enough, and allowed by its own role to say so. */
  #isOnline({ instance, runningSince, profile, account, region }: LaunchedInstance): boolean {
    const { clock } = this.#deps
    const takes = instance.Platform ? agentStarts.windows : agentStarts.linux
    if (instance.State.Name !== 'running' || clock.now() < (runningSince ?? 0) + takes * 1_000) return false
    if (this.#ec2.find(instance.ImageId ?? '', { account, region })?.withoutAgent) return false
    if (!profile || this.#outcomeOf(aboutOf({ instance })).online === false) return false
    try {
      const resource = `arn:aws:ec2:${region}:${account}:instance/${instance.InstanceId}`
      const iam = this.#iam()
      const agent = iam.principalOf(profile.roleArn, instance.InstanceId)
      iam.authorize(agent, { action: 'ssm:UpdateInstanceInformation', resource }, region)
      return true
    } catch (error) {
      if (error instanceof AwsError) return false
      throw error
    }
  }

  #checkDocument({ DocumentName: name = '', Parameters: given = {} }: SendCommandRequest, place: Place): void {
    if (name.startsWith('AWS-')) return
    const document = this.#documents.find(name, place)
    if (document?.type !== 'Command')
      throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`)
    const taken = document.content.parameters ?? {}
    const wrong = [
      ...Object.keys(given).filter((key) => !Object.hasOwn(taken, key)),
      ...Object.keys(taken).filter((key) => taken[key]?.default === undefined && given[key] === undefined),
    ]
    if (wrong.length > 0)
      throw new AwsError('InvalidParameters', `Parameters ${wrong.join(', ')} do not match document ${name}.`)
  }

  /** A plugin is named as its step; AWS's own documents have steps that are named as what they run. */
  #pluginOf({ DocumentName: name = '' }: SendCommandRequest, place: Place): string {
    const document = this.#documents.find(name, place)
    const [step] = document?.type === 'Command' ? document.content.mainSteps : []
    return step?.name ?? (name === 'AWS-RunPowerShellScript' ? 'aws:runPowerShellScript' : 'aws:runShellScript')
  }

  #start(input: SendCommandRequest, launched: LaunchedInstance, outcome: CommandOutcome): Command {
    const { clock, random } = this.#deps
    const { exitCode = 0, output = '', seconds = 30 } = outcome
    const commands = this.#commands.in(launched)
    const instance = launched.instance.InstanceId
    const command: Command = {
      id: random.fork(`command/${instance}/${commands.size}`).uuid(),
      input,
      instance,
      requested: new Date(clock.now()),
      status: 'InProgress',
      exitCode: -1,
      output: '',
      forget: () => {},
    }
    commands.set(command.id, command)
    command.forget = clock.at(clock.now() + seconds * 1_000, () => {
      if (launched.instance.State.Name !== 'running') return
      command.status = exitCode === 0 ? 'Success' : 'Failed'
      command.exitCode = exitCode
      const failure = `\n----------ERROR-------\nfailed to run commands: exit status ${exitCode}`
      command.output = exitCode === 0 ? output : `${output}${failure}`
    })
    return command
  }

  #get(id: string, place: Place): Command {
    const found = this.#commands.in(place).get(id)
    if (!found) throw new AwsError('InvalidCommandId', `${id} is no command of this account`)
    return found
  }
}

const aboutOf = ({ instance }: Pick<LaunchedInstance, 'instance'>) => ({
  instance: instance.InstanceId,
  image: instance.ImageId ?? '',
  tags: Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  instanceType: instance.InstanceType ?? '',
})

const reported = ({ id, input, instance, requested, status }: Command) => ({
  CommandId: id,
  DocumentName: input.DocumentName,
  Parameters: input.Parameters,
  Status: status,
  InstanceIds: [instance],
  RequestedDateTime: requested,
  TargetCount: 1,
})
