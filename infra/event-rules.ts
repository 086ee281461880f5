import { Duration } from 'aws-cdk-lib'
import { type EventPattern, type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { Arns } from './arns.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FunctionName } from './functions.ts'
import { policyOf } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'

interface EventRulesProps {
  fleet: Fleet
  arns: Arns
  releases: IEventBus
  /** The state machine that receives releases. */
  receive: IStateMachine
  functions: Record<FunctionName, RebakeFunction>
  deadLetters: DeadLetters
}

/** Image Builder's statuses that end a build or a distribution; an image is never left waiting on any of them. */
const finalStatuses = ['AVAILABLE', 'FAILED', 'CANCELLED', 'DEPRECATED', 'DELETED', 'DISABLED']

/** The rules that bring events to functions. What a rule cannot deliver in a day goes to the dead letters. */
export function createEventRules(
  scope: Construct,
  { fleet, arns, releases, receive, functions, deadLetters }: EventRulesProps,
): void {
  const delivery = {
    deadLetterQueue: deadLetters,
    maxEventAge: Duration.hours(24),
    retryAttempts: 185, // with maxEventAge: EventBridge's own maximum
  }
  const rule = (id: string, to: FunctionName, description: string, eventPattern: EventPattern) =>
    new Rule(scope, id, {
      ruleName: resourceName(fleet.name, to),
      description,
      eventPattern,
      targets: [new LambdaFunction(functions[to].function, delivery)],
    })

  const released = new Rule(scope, 'AmiReleased', {
    ruleName: resourceName(fleet.name, 'receive-release'),
    description: 'An AMI became available in an account of an upstream',
    eventBus: releases,
    eventPattern: {
      source: ['aws.ec2'],
      detailType: ['EC2 AMI State Change'],
      detail: { State: ['available'] },
    },
  })
  const role = new Role(released, 'Role', {
    assumedBy: new ServicePrincipal('events.amazonaws.com'),
    inlinePolicies: {
      permissions: policyOf([{ actions: ['states:StartExecution'], resources: [receive.stateMachineArn] }]),
    },
  })
  // CDK would add a policy of its own beside ours.
  released.addTarget(new SfnStateMachine(receive, { ...delivery, role: role.withoutPolicyUpdates() }))
  rule('ImageSettled', 'resume-wait', 'A build or a distribution of this fleet ended', {
    source: ['aws.imagebuilder'],
    detailType: ['EC2 Image Builder Image State Change'],
    // The event names no pipeline: without this prefix, every image of the account would match.
    resources: Match.prefix(arns.image(`${fleet.name}-`)),
    detail: { state: { status: finalStatuses } },
  })
  rule('ExecutionDied', 'settle-execution', 'A campaign or a rebake failed, timed out or was stopped', {
    source: ['aws.states'],
    detailType: ['Step Functions Execution Status Change'],
    detail: {
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      stateMachineArn: ['campaign', 'rebake'].map((name) =>
        arns.stateMachine(resourceName(fleet.name, name)),
      ),
    },
  })
}
