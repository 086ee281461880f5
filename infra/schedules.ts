import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { CfnSubscription } from 'aws-cdk-lib/aws-sns'
import { Construct, type IDependable } from 'constructs'
import type { Fleet, PatchCycle } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FunctionName } from './functions/names.ts'
import { pascalCase } from './names.ts'
import { policyOf } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'
import { hintTopics } from './targets.ts'

interface SchedulesProps {
  fleet: Fleet
  functions: Record<FunctionName, RebakeFunction>
  deadLetters: DeadLetters
}

/** Scheduler puts the time that it was meant to invoke its target here, ISO 8601. */
const scheduledTime = '<aws.scheduler.scheduled-time>'

const everyMinutes = (seconds: number) => {
  const minutes = Math.round(seconds / 60)
  return `rate(${minutes} minute${minutes === 1 ? '' : 's'})`
}

/** What happens by the clock: patch cycles, the look at every upstream and at every image, and retirement. */
export function createSchedules(scope: Construct, { fleet, functions, deadLetters }: SchedulesProps): IDependable {
  const schedules = new Construct(scope, 'Schedule')
  const arnOf = (name: FunctionName) => functions[name].function.functionArn
  const invoked: FunctionName[] = [
    'poll-upstreams',
    'reconcile-images',
    'start-cycle',
    ...(fleet.retirement ? (['start-retirement'] as const) : []),
  ]
  const role = new Role(schedules, 'Role', {
    description: 'EventBridge Scheduler invokes what happens by the clock',
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
    inlinePolicies: {
      permissions: policyOf([
        { actions: ['lambda:InvokeFunction'], resources: invoked.map(arnOf) },
        { actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] },
      ]),
    },
  })
  const schedule = (name: string, to: FunctionName, input: object, when: When) =>
    new CfnSchedule(schedules, pascalCase(name), {
      name: resourceName(fleet.name, name),
      ...when,
      target: {
        arn: arnOf(to),
        roleArn: role.roleArn,
        input: JSON.stringify(input),
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      },
    })
  const poll = {
    scheduleExpression: everyMinutes(fleet.poll),
    flexibleTimeWindow: { mode: 'OFF' },
  }
  for (const name of ['poll-upstreams', 'reconcile-images'] as const)
    schedule(name, name, { time: scheduledTime }, { ...poll, description: descriptions[name] })
  for (const [cycle, patchCycle] of Object.entries(fleet.patchCycles))
    schedule(cycle, 'start-cycle', { cycle, time: scheduledTime }, whenOf(cycle, patchCycle))
  if (fleet.retirement) {
    const { schedule: scheduleExpression, timezone } = fleet.retirement
    schedule(
      'start-retirement',
      'start-retirement',
      { time: scheduledTime },
      {
        description: 'Deprecates old AMIs, and removes those that nothing uses',
        scheduleExpression,
        scheduleExpressionTimezone: timezone,
        flexibleTimeWindow: { mode: 'OFF' },
      },
    )
  }
  return schedules
}

type When = Pick<
  ConstructorParameters<typeof CfnSchedule>[2],
  'description' | 'scheduleExpression' | 'scheduleExpressionTimezone' | 'flexibleTimeWindow'
>

const descriptions = {
  'poll-upstreams': 'Looks at every upstream for AMIs that no event has reported',
  'reconcile-images': 'Holds every image against what it should be',
}

const whenOf = (name: string, { description, schedule, timezone, flexibleWindow }: PatchCycle): When => ({
  description: description ?? `Patch cycle ${name}`,
  scheduleExpression: schedule,
  scheduleExpressionTimezone: timezone,
  flexibleTimeWindow:
    flexibleWindow === undefined
      ? { mode: 'OFF' }
      : { mode: 'FLEXIBLE', maximumWindowInMinutes: Math.round(flexibleWindow / 60) },
})

/** AWS's own topics, and those of anybody who announces AMIs so: a message is a hint to look at once. */
export function createHints(scope: Construct, { fleet, functions }: Pick<SchedulesProps, 'fleet' | 'functions'>): void {
  const hints = new Construct(scope, 'Hint')
  const { functionArn } = functions['poll-upstreams'].function
  for (const topicArn of new Set(hintTopics(fleet))) {
    const name = pascalCase(topicArn.split(':').slice(3).join('-'))
    const permission = new CfnPermission(hints, `${name}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'sns.amazonaws.com',
      sourceArn: topicArn,
    })
    new CfnSubscription(hints, name, {
      topicArn,
      protocol: 'lambda',
      endpoint: functionArn,
      // A topic of another region is subscribed to there.
      region: topicArn.split(':')[3] as string,
    }).addResourceDependency(permission)
  }
}
