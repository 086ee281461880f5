import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  GetImagePipelineCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { pointerName } from '../../domain/names.ts'
import { list } from '../render/text.ts'
import { type Check, each, fail, ifThere, info, warning } from './check.ts'
import type { Environment } from './environment.ts'
import { type NameKind, templateNames } from './template-names.ts'

interface Kind {
  /** One of them, as people say it. */
  text: string
  permission: string
  /** Whether there is one of the name, no matter who made it. */
  isThere: (environment: Environment) => (name: string) => Promise<boolean>
}

const answers = async (call: Promise<unknown>) => (await ifThere(call)) !== undefined

/** What CloudFormation does not create where something of the name is there: the deploy fails, and is rolled back. */
const kinds: Record<NameKind, Kind> = {
  functions: {
    text: 'the function',
    permission: 'lambda:GetFunctionConfiguration',
    isThere: ({ config }) => {
      const client = new LambdaClient(config)
      return (FunctionName) => answers(client.send(new GetFunctionConfigurationCommand({ FunctionName })))
    },
  },
  machines: {
    text: 'the state machine',
    permission: 'states:DescribeStateMachine',
    isThere: (environment) => {
      const client = new SFNClient(environment.config)
      return (name) => {
        const stateMachineArn = environment.arn('states', `stateMachine:${name}`)
        return answers(client.send(new DescribeStateMachineCommand({ stateMachineArn })))
      }
    },
  },
  roles: {
    text: 'the role',
    permission: 'iam:GetRole',
    isThere: ({ config }) => {
      const client = new IAMClient(config)
      return (RoleName) => answers(client.send(new GetRoleCommand({ RoleName })))
    },
  },
  pipelines: {
    text: 'the pipeline',
    permission: 'imagebuilder:GetImagePipeline',
    isThere: (environment) => {
      const client = new ImagebuilderClient(environment.config)
      return (name) => {
        const imagePipelineArn = environment.arn('imagebuilder', `image-pipeline/${name}`)
        return answers(client.send(new GetImagePipelineCommand({ imagePipelineArn })))
      }
    },
  },
  infrastructure: {
    text: 'the infrastructure configuration',
    permission: 'imagebuilder:GetInfrastructureConfiguration',
    isThere: (environment) => {
      const client = new ImagebuilderClient(environment.config)
      return (name) => {
        const infrastructureConfigurationArn = environment.arn('imagebuilder', `infrastructure-configuration/${name}`)
        return answers(client.send(new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn })))
      }
    },
  },
  buses: {
    text: 'the event bus',
    permission: 'events:DescribeEventBus',
    isThere: ({ config }) => {
      const client = new EventBridgeClient(config)
      return (Name) => answers(client.send(new DescribeEventBusCommand({ Name })))
    },
  },
  topics: {
    text: 'the topic',
    permission: 'sns:GetTopicAttributes',
    isThere: (environment) => {
      const client = new SNSClient(environment.config)
      return (name) => answers(client.send(new GetTopicAttributesCommand({ TopicArn: environment.arn('sns', name) })))
    },
  },
  queues: {
    text: 'the queue',
    permission: 'sqs:GetQueueUrl',
    isThere: ({ config }) => {
      const client = new SQSClient(config)
      return (QueueName) => answers(client.send(new GetQueueUrlCommand({ QueueName })))
    },
  },
  tables: {
    text: 'the table',
    permission: 'dynamodb:DescribeTable',
    isThere: ({ config }) => {
      const client = new DynamoDBClient(config)
      return (TableName) => answers(client.send(new DescribeTableCommand({ TableName })))
    },
  },
  schedules: {
    text: 'the schedule',
    permission: 'scheduler:GetSchedule',
    isThere: ({ config }) => {
      const client = new SchedulerClient(config)
      return (Name) => answers(client.send(new GetScheduleCommand({ Name })))
    },
  },
  aliases: {
    text: 'the key',
    permission: 'kms:DescribeKey',
    isThere: ({ config }) => {
      const client = new KMSClient(config)
      return (KeyId) => answers(client.send(new DescribeKeyCommand({ KeyId })))
    },
  },
  logGroups: {
    text: 'the log group',
    permission: 'logs:DescribeLogGroups',
    isThere: ({ config }) => {
      const client = new CloudWatchLogsClient(config)
      const found = new Map<string, Promise<Set<string>>>()
      // One question for all of a folder.
      return async (name) => {
        const prefix = name.slice(0, name.lastIndexOf('/') + 1) + (name.split('/').at(-1) ?? '').split('-')[0]
        const asked = found.get(prefix) ?? groupsOf(client, prefix)
        found.set(prefix, asked)
        return (await asked).has(name)
      }
    },
  },
}

async function groupsOf(client: CloudWatchLogsClient, logGroupNamePrefix: string): Promise<Set<string>> {
  const names = new Set<string>()
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
    for (const { logGroupName = '' } of logGroups) names.add(logGroupName)
  return names
}

/** A fleet that is deployed has them all: only before that is one in the way. */
const nameCheck = (kind: NameKind): Check => ({
  name: `no other has the name of ${kinds[kind].text}`,
  group: 'Names',
  beforeDeploy: true,
  permissions: [kinds[kind].permission, 'states:DescribeStateMachine', 'lambda:GetFunctionConfiguration'],
  async *examine(environment) {
    if (await isOurs(environment)) {
      yield info('the fleet is deployed')
      return
    }
    const names = templateNames(environment.fleet)[kind]
    const look = kinds[kind].isThere(environment)
    const there = await each(names, look)
    const taken = names.filter((_, at) => there[at])
    if (taken.length > 0)
      yield fail(
        `${kinds[kind].text} ${list(taken, 5)} is there already, and the fleet is not deployed: the deploy fails at it`,
        'Delete it if nobody needs it, or give the fleet another name.',
      )
    else yield info(`${names.length} free`)
  },
})

/** The machine and the function that only this fleet's stack makes both. */
async function isOurs(environment: Environment): Promise<boolean> {
  if (!(await environment.isDeployed())) return false
  const FunctionName = environment.named('examine-accounts')
  return await answers(new LambdaClient(environment.config).send(new GetFunctionConfigurationCommand({ FunctionName })))
}

const parameters: Check = {
  name: 'no other has written the parameters of parents',
  group: 'Names',
  beforeDeploy: true,
  permissions: ['ssm:GetParameters', 'states:DescribeStateMachine', 'lambda:GetFunctionConfiguration'],
  async *examine(environment) {
    if (await isOurs(environment)) {
      yield info('the fleet is deployed')
      return
    }
    const { fleet, config } = environment
    const own = Object.keys(fleet.images).filter((image) => !fleet.images[image]?.pipeline)
    const names = own.map((image) => pointerName(fleet.name, image, 'parent'))
    const ssm = new SSMClient(config)
    for (let at = 0; at < names.length; at += 10) {
      const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names.slice(at, at + 10) }))
      for (const { Name, DataType, Value } of Parameters)
        if (DataType !== undefined && DataType !== 'text')
          yield fail(
            `${Name} is there already, of the data type ${DataType}, which never changes: no bake can set it`,
            `Delete it: aws ssm delete-parameter --name ${Name}`,
          )
        else
          yield warning(
            `${Name} is there already, and holds ${Value}: the deploy keeps it, and the first bake sets it`,
            'Make sure that nobody else needs it, or give the fleet another name.',
          )
    }
  },
}

export const nameChecks = [...(Object.keys(kinds) as NameKind[]).map(nameCheck), parameters]
