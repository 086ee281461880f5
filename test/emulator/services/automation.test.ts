import { afterEach, describe, expect, it } from 'vitest'
import type { CommandOutcome, Readings } from '../../../emulator/index.ts'
import { closeWorlds, worldOf } from '../world/small-world.ts'
import { runbook } from './runbook.ts'

afterEach(closeWorlds)

const place = { account: '111122223333', region: 'us-west-2' }
const roleFor = (Service: string, Action: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } }],
  },
})
const template = () => ({
  Automation: roleFor('ssm.amazonaws.com', ['ec2:*', 'ssm:*', 'iam:PassRole']),
  Agent: roleFor('ec2.amazonaws.com', ['ssm:UpdateInstanceInformation']),
  Profile: {
    Type: 'AWS::IAM::InstanceProfile',
    Properties: { InstanceProfileName: 'profile', Roles: [{ Ref: 'Agent' }] },
  },
  Runbook: {
    Type: 'AWS::SSM::Document',
    Properties: {
      Name: 'run-once',
      DocumentType: 'Automation',
      Content: runbook('arn:aws:iam::111122223333:role/golden-Automation'),
    },
  },
})

/** What becomes of the runbook where the command goes so: its execution, its instances, and what it ran. */
async function ran(
  outcome: CommandOutcome,
  { readings, silent = false }: { readings?: Readings; silent?: boolean } = {},
) {
  const own = template()
  const { mainSteps } = own.Runbook.Properties.Content
  if (silent) for (const step of mainSteps) delete step.isCritical
  const { world, clock } = await worldOf(own, { readings })
  const { aws } = world
  aws.ssm.commandOutcome = () => outcome
  const ImageId = aws.ec2.addImage({ ...place, Name: 'one', Architecture: 'arm64' }).image.ImageId
  const principal = aws.iam.operator()
  const call = (operation: string, input: object) => aws.call({ principal, service: 'ssm', operation, input })
  const input = { DocumentName: 'run-once', Parameters: { ImageId: [ImageId] } }
  const { AutomationExecutionId } = (await call('StartAutomationExecution', input)) as { AutomationExecutionId: string }
  await clock.run()
  const { AutomationExecution: execution } = (await call('GetAutomationExecution', { AutomationExecutionId })) as {
    AutomationExecution: { AutomationExecutionStatus: string; StepExecutions: { StepStatus: string }[] }
  }
  return {
    status: execution.AutomationExecutionStatus,
    steps: execution.StepExecutions.map(({ StepStatus }) => StepStatus),
    instances: aws.ec2.instances.all().map(({ instance }) => instance.State.Name),
  }
}

describe('an automation', () => {
  const [Success, Failed, TimedOut, Pending] = ['Success', 'Failed', 'TimedOut', 'Pending']
  it.each<[string, CommandOutcome, string, string[]]>([
    ['goes through its steps', {}, Success, [Success, Success, Success, Success, Success, Success]],
    [
      'cleans up after a command that fails',
      { exitCode: 1 },
      Failed,
      [Success, Success, Success, Failed, Success, Success],
    ],
    [
      'cleans up where no agent answers',
      { online: false },
      TimedOut,
      [Success, Success, TimedOut, Pending, Success, Success],
    ],
  ])('%s, and leaves no instance', async (_, outcome, status, steps) => {
    expect(await ran(outcome)).toEqual({ status, steps, instances: ['terminated'] })
  })

  it('that does not say which steps are critical succeeds after one that failed, where the question is read strictly', async () => {
    const exitCode = 1
    expect((await ran({ exitCode }, { silent: true })).status).toBe(Success)
    expect((await ran({ exitCode }, { silent: true, readings: { 'critical-by-default': 'lenient' } })).status).toBe(
      Failed,
    )
  })
})
