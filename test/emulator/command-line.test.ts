import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, itFitsTheModels, type Served, seedFleet, served } from './accounts.ts'
import { awsCommand } from './aws-command.ts'

let world: Served

const command = await awsCommand()
const aws = (text: string) => command?.json(text, { url: world.url, region: 'us-east-1', accessKeyId: 'operator' })

beforeAll(async () => {
  world = await served()
  const { aws, clock } = world
  const { pipeline } = seedFleet(world)
  const principal = aws.iam.operator()
  const input = { imagePipelineArn: pipeline, clientToken: 't' }
  await aws.call({ principal, service: 'imagebuilder', operation: 'StartImagePipelineExecution', input })
  clock.run()
  const key = [{ AttributeName: 'pk', KeyType: 'HASH' }]
  await aws.dynamodb.createTable(build, {
    TableName: 'golden-ledger',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: key,
  })
  const put = {
    TableName: 'golden-ledger',
    Item: { pk: { S: 'image#base' }, raw: { B: new Uint8Array([1, 2]) } },
  }
  await aws.call({ principal, service: 'dynamodb', operation: 'PutItem', input: put })
  aws.sns.addTopic({ arn: 'arn:aws:sns:us-east-1:111111111111:golden-notifications' })
  aws.sqs.addQueue(build, 'golden-dead-letters')
  aws.events.addRule({ ...build, name: 'golden-resume', pattern: { source: ['aws.imagebuilder'] } })
  const role = 'arn:aws:iam::111111111111:role/golden-start-bake'
  aws.lambda.addFunction({
    ...build,
    name: 'golden-start-bake',
    roleArn: role,
    modified: new Date(clock.now()),
  })
  const executionArn = 'arn:aws:states:us-east-1:111111111111:execution:golden-campaign:one'
  aws.autoscaling.add({ ...build, name: 'golden-web' })
  aws.registerService('stepfunctions', {
    ListExecutions: ({ stateMachineArn }) => ({
      executions: [
        { executionArn, stateMachineArn, name: 'one', status: 'SUCCEEDED', startDate: new Date(clock.now()) },
      ],
    }),
  })
})

afterAll(() => {
  command?.close()
  return world.close()
})

describe.skipIf(!command)('the aws command line, unmodified (skipped where there is none)', () => {
  it.concurrent.each([
    ['imagebuilder list-images', { imageVersionList: [{ name: 'golden-base', version: '1.0.0' }] }],
    ['imagebuilder list-image-pipelines', { imagePipelineList: [{ name: 'golden-base' }] }],
    [
      'stepfunctions list-executions --state-machine-arn arn:aws:states:us-east-1:111111111111:stateMachine:golden-campaign',
      { executions: [{ name: 'one', status: 'SUCCEEDED' }] },
    ],
    [
      'dynamodb scan --table-name golden-ledger',
      { Count: 1, Items: [{ pk: { S: 'image#base' }, raw: { B: 'AQI=' } }] },
    ],
    ['ssm get-parameter --name /golden/images/base/parent', { Parameter: { Value: expect.stringMatching(/^ami-/) } }],
    ['ssm describe-parameters', { Parameters: [{ Name: '/golden/images/base/parent' }] }],
    [
      'ec2 describe-images --owners self',
      { Images: [{ Name: expect.stringContaining('golden-base'), State: 'available' }] },
    ],
    [
      'autoscaling describe-auto-scaling-groups',
      { AutoScalingGroups: [{ AutoScalingGroupName: 'golden-web', Instances: [] }] },
    ],
    ['sts get-caller-identity', { Account: build.account, Arn: 'arn:aws:iam::111111111111:user/operator' }],
    ['lambda list-functions', { Functions: [{ FunctionName: 'golden-start-bake' }] }],
    ['sns list-topics', { Topics: [{ TopicArn: 'arn:aws:sns:us-east-1:111111111111:golden-notifications' }] }],
    ['sqs list-queues', { QueueUrls: ['https://sqs.us-east-1.amazonaws.com/111111111111/golden-dead-letters'] }],
    ['events list-rules', { Rules: [{ Name: 'golden-resume' }] }],
    ['scheduler list-schedules', { Schedules: [] }],
    ['secretsmanager list-secrets', { SecretList: [] }],
  ])(
    'aws %s',
    async (command, expected) => {
      expect(await aws(command)).toMatchObject(expected)
    },
    60_000,
  )

  it('learns what is not emulated', async () => {
    await expect(aws('imagebuilder list-workflows')).rejects.toThrow(
      'the emulator does not emulate the operation imagebuilder ListWorkflows',
    )
  }, 60_000)
})

itFitsTheModels(() => world.aws.operatorCalls)
