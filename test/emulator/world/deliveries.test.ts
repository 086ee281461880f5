import { afterEach, describe, expect, it } from 'vitest'
import { closeWorlds, event, worldOf } from './small-world.ts'

afterEach(closeWorlds)

const machineArn = { Ref: 'Machine' }
const roleFor = (Service: string, ...Action: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyDocument: {
          Statement: Action.map((each) => ({ Effect: 'Allow', Action: each, Resource: '*' })),
        },
      },
    ],
  },
})

/** A rule that starts a state machine as its role. */
const starting = ({ service = 'events.amazonaws.com', allowed = 'states:StartExecution' } = {}) => ({
  MachineRole: roleFor('states.amazonaws.com'),
  RuleRole: roleFor(service, allowed),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'golden-release',
      RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
      DefinitionString: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Done',
        States: { Done: { Type: 'Succeed' } },
      }),
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'golden-release',
      EventPattern: { source: ['aws.imagebuilder'] },
      Targets: [{ Id: 'Target0', Arn: machineArn, RoleArn: { 'Fn::GetAtt': ['RuleRole', 'Arn'] } }],
    },
  },
})

describe('a rule whose target is a state machine', () => {
  it('starts it with the event as its input', async () => {
    const { world, clock } = await worldOf(starting())
    world.buses.put(event, 'default')
    await clock.run()
    const executions = [...world.stepFunctions.executions.values()]
    expect(executions.map(({ status, input }) => [status, JSON.parse(input)])).toEqual([['SUCCEEDED', event]])
  })

  it.each([
    ['is not for EventBridge', { service: 'lambda.amazonaws.com' }, 'EventBridge may not assume the role'],
    ['may not start it', { allowed: 'states:StopExecution' }, 'is not authorized to perform: states:StartExecution'],
  ])('stops the clock where its role %s', async (_, role, why) => {
    const { world, clock } = await worldOf(starting(role))
    world.buses.put(event, 'default')
    await expect(clock.run()).rejects.toThrow(why)
  })
})
