import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { awsCommand } from '../emulator/aws-command.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

let rehearsal: Rehearsal
let sfn: SFNClient
beforeAll(async () => {
  rehearsal = await (await stageFor()).rehearse({ serve: true })
  sfn = new SFNClient({
    endpoint: rehearsal.url as string,
    region: 'us-west-2',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
  })
}, slow)
afterAll(() => rehearsal.close())

const build = '111122223333'
const target = '222233334444'
const soe = '444455556666'
const arn = (service: string, rest: string, account = build) => `arn:aws:${service}:us-west-2:${account}:${rest}`
const released = (image: string) => rehearsal.summary.images.find((other) => other.image === image)?.ami
const campaign = 'al2023-soe-ami-0a1b2c3d4e5f67890'
const payments = arn('imagebuilder', 'image/golden-payments-api/1.0.0')
const ami = expect.stringMatching(/^ami-[0-9a-f]{17}$/)
const containing = (...items: object[]) => expect.arrayContaining(items.map((o) => expect.objectContaining(o)))

const command = await awsCommand()
afterAll(() => command?.close())
/** What the `aws` command answers, as the operator of an account. */
const aws = <T = object>(text: string, account = build) =>
  command?.json<T>(text, { url: rehearsal.url as string, region: 'us-west-2', accessKeyId: account })

describe.skipIf(!command)('the aws command line after a rehearsal (skipped where there is none)', () => {
  it.concurrent.each<[string, () => object, account?: string]>([
    [
      'imagebuilder list-images --owner Self',
      () => ({
        imageVersionList: containing({ arn: payments, name: 'golden-payments-api', version: '1.0.0' }),
      }),
    ],
    [
      `imagebuilder list-image-build-versions --image-version-arn ${payments}`,
      () => ({ imageSummaryList: containing({ arn: `${payments}/1`, state: { status: 'AVAILABLE' } }) }),
    ],
    [
      'imagebuilder list-image-pipelines',
      () => ({
        imagePipelineList: containing({ name: 'golden-payments-api' }, { name: 'golden-claims-portal' }),
      }),
    ],
    [
      `imagebuilder get-image --image-build-version-arn ${payments}/1`,
      () => ({
        image: {
          state: { status: 'AVAILABLE' },
          outputResources: { amis: [{ image: released('payments-api'), accountId: build }] },
        },
      }),
    ],
    [
      'stepfunctions list-state-machines',
      () => ({ stateMachines: containing({ name: 'golden-campaign' }, { name: 'golden-rebake' }) }),
    ],
    [
      `stepfunctions list-executions --state-machine-arn ${arn('states', 'stateMachine:golden-rebake')}`,
      () => ({
        executions: rehearsal.summary.images.map(() => expect.objectContaining({ status: 'SUCCEEDED' })),
      }),
    ],
    [
      `stepfunctions describe-execution --execution-arn ${arn('states', `execution:golden-campaign:${campaign}`)}`,
      () => ({ status: 'SUCCEEDED', output: expect.stringContaining('"released":6') }),
    ],
    [
      `stepfunctions get-execution-history --execution-arn ${arn('states', `execution:golden-campaign:${campaign}`)}`,
      () => ({ events: containing({ id: 1, type: 'ExecutionStarted' }, { type: 'ExecutionSucceeded' }) }),
    ],
    ['dynamodb list-tables', () => ({ TableNames: ['golden-ledger'] })],
    [
      'dynamodb describe-table --table-name golden-ledger',
      () => ({
        Table: { TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }] },
      }),
    ],
    [
      'dynamodb scan --table-name golden-ledger',
      () => ({
        Items: containing({
          pk: { S: 'IMAGE#payments-api' },
          sk: { S: 'RELEASE#1.0.0/1' },
          ami: { S: released('payments-api') },
        }),
      }),
    ],
    [
      'ssm get-parameter --name /golden/images/payments-api/stable',
      () => ({ Parameter: { Value: released('payments-api'), DataType: 'aws:ec2:image' } }),
    ],
    [
      'ssm get-parameters-by-path --path /golden-images',
      () => ({
        Parameters: rehearsal.summary.images
          .map(({ image }) => ({ Name: `/golden-images/${image}`, Value: ami }))
          .sort((a, b) => (a.Name < b.Name ? -1 : 1)),
      }),
      target,
    ],
    ['ssm describe-parameters', () => ({ Parameters: containing({ Name: '/golden/images/payments-api/candidate' }) })],
    [
      'ec2 describe-images --owners self',
      () => ({
        Images: containing({ ImageId: released('payments-api'), OwnerId: build, State: 'available' }),
      }),
    ],
    [
      'ec2 describe-images --owners self --image-ids ami-0a1b2c3d4e5f67890',
      () => ({ Images: [{ Name: 'soe-al2023-2026-09-01-0630', OwnerId: soe }] }),
      soe,
    ],
    ['sns list-topics', () => ({ Topics: containing({ TopicArn: arn('sns', 'golden-notifications') }) })],
    [
      'sns list-subscriptions',
      () => ({
        Subscriptions: containing(
          { Protocol: 'email', Endpoint: 'platform-team@example.com' },
          { Protocol: 'email', Endpoint: 'payments-team@example.com' },
        ),
      }),
    ],
    [
      'events list-rules',
      () => ({
        Rules: [
          { Name: 'golden-complete-wait' },
          { Name: 'golden-resume-scan' },
          { Name: 'golden-resume-smoke' },
          { Name: 'golden-receive-cve' },
          { Name: 'golden-settle-execution' },
        ],
      }),
    ],
    ['events list-rules', () => ({ Rules: [{ Name: 'golden-forward-releases' }] }), soe],
    ['events list-event-buses', () => ({ EventBuses: [{ Name: 'default' }, { Name: 'golden-releases' }] })],
    [
      'lambda list-functions',
      () => ({ Functions: containing({ FunctionName: 'golden-receive-release', Runtime: 'nodejs24.x' }) }),
    ],
    ['sqs list-queues', () => ({ QueueUrls: [`https://sqs.us-west-2.amazonaws.com/${build}/golden-dead-letters`] })],
    [
      `sqs get-queue-attributes --attribute-names All --queue-url https://sqs.us-west-2.amazonaws.com/${build}/golden-dead-letters`,
      () => ({ Attributes: { ApproximateNumberOfMessages: '0' } }),
    ],
    ['sts get-caller-identity', () => ({ Account: target }), target],
    [
      'scheduler list-schedules',
      () => ({ Schedules: containing({ Name: 'golden-poll-upstreams' }, { Name: 'golden-monthly' }) }),
    ],
    [
      'scheduler get-schedule --name golden-monthly',
      () => ({
        ScheduleExpression: 'cron(0 2 ? * TUE#2 *)',
        ScheduleExpressionTimezone: 'Australia/Sydney',
        Target: { Input: expect.stringContaining('<aws.scheduler.scheduled-time>') },
      }),
    ],
    ['secretsmanager list-secrets', () => ({ SecretList: [] })],
  ])(
    'aws %s',
    async (command, expected, account) => {
      expect(await aws(command, account)).toMatchObject(expected())
    },
    slow,
  )

  it(
    'finds in the target account the AMI that its parameter names, copied from the build account',
    async () => {
      const found = await aws<{ Parameter: { Value: string } }>(
        'ssm get-parameter --name /golden-images/payments-api',
        target,
      )
      const copy = found?.Parameter.Value
      expect(copy).not.toBe(released('payments-api'))
      expect(await aws(`ec2 describe-images --image-ids ${copy}`, target)).toMatchObject({
        Images: [{ OwnerId: target, Name: expect.stringContaining('payments-api') }],
      })
    },
    slow,
  )
})

describe('any state machine, over the wire', () => {
  let machines = 0
  const start = async (states: Record<string, object>, input: unknown = {}) => {
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({
        name: `machine-${machines++}`,
        // No template gave this role: the machine may do what the account's operator may.
        roleArn: 'arn:aws:iam::111122223333:role/anything',
        definition: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: Object.keys(states)[0],
          States: states,
        }),
      }),
    )
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    )
    return executionArn as string
  }
  const describeExecution = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }))
  /** The execution when it has ended; otherwise, after as many real milliseconds, as it is. */
  const ended = async (executionArn: string, within: number) => {
    const until = performance.now() + within
    let execution = await describeExecution(executionArn)
    while (execution.status === 'RUNNING' && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      execution = await describeExecution(executionArn)
    }
    return execution
  }
  const outcome = async (executionArn: string, within = slow) => {
    const { status, output, startDate, stopDate } = await ended(executionArn, within)
    const seconds = stopDate && startDate && (stopDate.getTime() - startDate.getTime()) / 1000
    return { status, output: output && JSON.parse(output), seconds }
  }

  it('waits a day of its own time, maps, chooses and retries', async () => {
    const executionArn = await start(
      {
        Wait: { Type: 'Wait', Seconds: 86_400, Next: 'Each' },
        Each: {
          Type: 'Map',
          Items: '{% $states.input.numbers %}',
          ItemProcessor: {
            StartAt: 'Big?',
            States: {
              'Big?': {
                Type: 'Choice',
                Choices: [{ Condition: '{% $states.input > 2 %}', Next: 'Grow' }],
                Default: 'Stay',
              },
              Grow: { Type: 'Pass', Output: '{% $states.input * 10 %}', End: true },
              Stay: { Type: 'Pass', End: true },
            },
          },
          Next: 'Read',
        },
        Read: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
          Arguments: { Name: '/nothing/here' },
          Retry: [{ ErrorEquals: ['Ssm.ParameterNotFoundException'], IntervalSeconds: 60, MaxAttempts: 3 }],
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Output: "{% {'numbers': $states.input, 'error': $states.errorOutput.Error} %}",
              Next: 'Done',
            },
          ],
          End: true,
        },
        Done: { Type: 'Succeed' },
      },
      { numbers: [1, 2, 3] },
    )
    const { status, output, seconds } = await outcome(executionArn)
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { numbers: [1, 2, 30], error: 'Ssm.ParameterNotFoundException' },
    })
    // A day, and 60, 120 and 240 seconds between the attempts.
    expect(seconds).toBeGreaterThan(86_400 + 420)
    expect(seconds).toBeLessThan(86_400 + 425)
  })

  it('keeps a task that waits for its token until somebody sends it back', async () => {
    const executionArn = await start({
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken',
        TimeoutSeconds: 3_600,
        Arguments: { Name: '/question', Type: 'String', Value: '{% $states.context.Task.Token %}' },
        End: true,
      },
    })
    expect(await ended(executionArn, 500)).toMatchObject({ status: 'RUNNING' })
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    const scheduled = events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails
    const { Value: taskToken } = JSON.parse(scheduled?.parameters ?? '{}')
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"answer":42}' }))
    expect(await outcome(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: { answer: 42 } })
  })

  it('can be stopped in the middle of a wait', async () => {
    const executionArn = await start({ Wait: { Type: 'Wait', Seconds: 86_400, End: true } })
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'RUNNING' })
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'of waiting' }))
    expect(await describeExecution(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'of waiting',
    })
  })
})
