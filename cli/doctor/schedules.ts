import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { count } from '../render/text.ts'
import { type Check, deploy, each, fail, ifThere, info } from './check.ts'

const schedules: Check = {
  name: 'schedules',
  group: 'Schedules',
  permissions: ['scheduler:GetSchedule'],
  async *examine(environment) {
    const client = new SchedulerClient(environment.config)
    const keys = ['poll-upstreams', 'reconcile-images', ...Object.keys(environment.fleet.patchCycles)]
    const names = keys.map((key) => environment.named(key))
    const found = await each(names, (Name) => ifThere(client.send(new GetScheduleCommand({ Name }))))
    for (const [at, name] of names.entries())
      if (!found[at]) yield fail(`there is no schedule ${name}`, deploy)
      else if (found[at].State !== 'ENABLED')
        yield fail(
          `the schedule ${name} is disabled: its time comes, and nothing happens`,
          'Enable it in the console of EventBridge Scheduler, or delete it and deploy the fleet.',
        )
    yield info(count(names.length, 'schedule'))
  },
}

const deadLetters: Check = {
  name: 'dead letters',
  group: 'Schedules',
  permissions: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
  async *examine(environment) {
    const sqs = new SQSClient(environment.config)
    const QueueName = environment.named('dead-letters')
    const queue = await ifThere(sqs.send(new GetQueueUrlCommand({ QueueName })))
    if (!queue) {
      yield fail(`there is no queue ${QueueName}`, deploy)
      return
    }
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queue.QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    )
    const messages = Number(Attributes?.ApproximateNumberOfMessages ?? 0)
    if (messages > 0)
      yield fail(
        `${messages} event${messages === 1 ? '' : 's'} could not be delivered or handled, and wait${messages === 1 ? 's' : ''} in ${QueueName}`,
        `Read what they say and why (docs/runbook.md, dead letters), then purge the queue: aws sqs purge-queue --queue-url ${queue.QueueUrl}`,
      )
  },
}

export const scheduleChecks = [schedules, deadLetters]
