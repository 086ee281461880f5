import { Duration } from 'aws-cdk-lib'
import { type EventPattern, type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { announcementPatterns } from './announcements.ts'
import type { Arns } from './arns.ts'
import { checkEvents } from './check-events.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type FunctionName, machineNames } from './functions/names.ts'
import { policyOf } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'
import { adoptedPipelines } from './targets.ts'

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

const retries = {
  maxEventAge: Duration.hours(24),
  retryAttempts: 185, // with maxEventAge: EventBridge's own maximum
}

/** The rules that bring events to functions. What a rule cannot deliver in a day goes to the dead letters. */
export function createEventRules(scope: Construct, props: EventRulesProps): void {
  createReleaseRules(scope, props)
  const { fleet, arns, functions, deadLetters } = props
  const rule = (id: string, to: FunctionName, description: string, eventPattern: EventPattern, name: string = to) =>
    new Rule(scope, id, {
      ruleName: resourceName(fleet.name, name),
      description,
      eventPattern,
      targets: [new LambdaFunction(functions[to].function, { deadLetterQueue: deadLetters, ...retries })],
    })
  // Neither event names a pipeline for sure: without this prefix, every image of the account would match. The images of
  // pipelines that were there before have names of their own; what comes of others' then waits for nobody.
  const imagesOfTheFleet = Match.prefix(arns.image(adoptedPipelines(fleet).length > 0 ? '' : `${fleet.name}-`))
  rule('ImageSettled', 'complete-wait', 'A build or a distribution of this fleet ended', {
    source: ['aws.imagebuilder'],
    detailType: ['EC2 Image Builder Image State Change'],
    resources: imagesOfTheFleet,
    detail: { state: { status: finalStatuses } },
  })
  for (const { event } of checkEvents(fleet))
    rule(event.id, 'complete-wait', event.description, event.pattern(fleet, imagesOfTheFleet), event.name)
  if (fleet.cves)
    rule('CveDetected', 'receive-cve', 'A scan has found vulnerabilities in an image of this fleet', {
      source: ['aws.imagebuilder'],
      detailType: ['EC2 Image Builder CVE Detected'],
      resources: imagesOfTheFleet,
    })
  rule('ExecutionDied', 'settle-execution', 'A campaign, a rebake or an operation failed, timed out or was stopped', {
    source: ['aws.states'],
    detailType: ['Step Functions Execution Status Change'],
    detail: {
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      stateMachineArn: machineNames
        // A release that could be neither received nor refused has an alarm of its own.
        .filter((name) => name !== 'release')
        .map((name) => arns.stateMachine(resourceName(fleet.name, name))),
    },
  })
}

/** Whatever may be a release starts the machine that finds out. */
function createReleaseRules(scope: Construct, { fleet, arns, releases, receive, deadLetters }: EventRulesProps): void {
  const role = new Role(scope, 'ReleaseRulesRole', {
    description: 'EventBridge starts the machine that receives releases',
    assumedBy: new ServicePrincipal('events.amazonaws.com'),
    inlinePolicies: {
      permissions: policyOf([{ actions: ['states:StartExecution'], resources: [receive.stateMachineArn] }]),
    },
  })
  for (const { id, name, description, from, pattern } of announcementPatterns(fleet, arns))
    new Rule(scope, id, {
      ruleName: resourceName(fleet.name, name),
      description,
      ...(from === 'others' && { eventBus: releases }),
      eventPattern: pattern,
      targets: [
        new SfnStateMachine(receive, {
          deadLetterQueue: deadLetters,
          ...retries,
          // CDK would add a policy of its own beside ours.
          role: role.withoutPolicyUpdates(),
        }),
      ],
    })
}
