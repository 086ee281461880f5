import { Duration } from 'aws-cdk-lib'
import { type EventPattern, type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { Arns } from './arns.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FunctionName } from './functions.ts'
import type { RebakeFunction } from './rebake-function.ts'

interface EventRulesProps {
  fleet: Fleet
  arns: Arns
  releases: IEventBus
  functions: Record<FunctionName, RebakeFunction>
  deadLetters: DeadLetters
}

/** Image Builder's statuses that end a build or a distribution; an image is never left waiting on any of them. */
const finalStatuses = ['AVAILABLE', 'FAILED', 'CANCELLED', 'DEPRECATED', 'DELETED', 'DISABLED']

/** The rules that bring events to functions. What a rule cannot deliver in a day goes to the dead letters. */
export function createEventRules(
  scope: Construct,
  { fleet, arns, releases, functions, deadLetters }: EventRulesProps,
): void {
  const rule = (
    id: string,
    to: FunctionName,
    description: string,
    eventPattern: EventPattern,
    bus?: IEventBus,
  ) =>
    new Rule(scope, id, {
      ruleName: resourceName(fleet.name, to),
      description,
      eventPattern,
      ...(bus && { eventBus: bus }),
      targets: [
        new LambdaFunction(functions[to].function, {
          deadLetterQueue: deadLetters,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185, // with maxEventAge: EventBridge's own maximum
        }),
      ],
    })

  rule(
    'AmiReleased',
    'receive-release',
    'An AMI became available in an account of an upstream',
    { source: ['aws.ec2'], detailType: ['EC2 AMI State Change'], detail: { State: ['available'] } },
    releases,
  )
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
