import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { afterEach, describe, expect, it } from 'vitest'
import { closeWorlds, resources, start, worldOf } from './small-world.ts'

afterEach(closeWorlds)

const hour = 3_600_000
const roleArn = { 'Fn::GetAtt': ['SchedulesRole', 'Arn'] }
const functionArn = { 'Fn::GetAtt': ['Flaky', 'Arn'] }
const trusting = (Service: string) => ({
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
})

interface Asked {
  expression?: string
  timezone?: string
  flexible?: number
  /** Of the schedule and of its target; undefined takes a property away. */
  more?: object
  target?: object
  service?: string
  allowed?: string
  retries?: number
  failures?: number
}

/** A schedule that invokes a function which always fails: its dead letters are what it was invoked with, and when. */
function scheduled(o: Asked = {}) {
  const { expression = 'rate(1 hour)', flexible, allowed = 'lambda:InvokeFunction', retries = 0 } = o
  const { Rule: _, Permission: __, ...rest } = resources({ failures: o.failures ?? 1_000, retries })
  return {
    ...rest,
    SchedulesRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trusting(o.service ?? 'scheduler.amazonaws.com'),
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: allowed, Resource: functionArn }] } }],
      },
    },
    Poll: {
      Type: 'AWS::Scheduler::Schedule',
      DependsOn: 'OnFailure',
      Properties: {
        Name: 'golden-poll',
        ScheduleExpression: expression,
        ...(o.timezone && { ScheduleExpressionTimezone: o.timezone }),
        FlexibleTimeWindow:
          flexible === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: String(flexible) },
        Target: {
          Arn: functionArn,
          RoleArn: roleArn,
          Input: '{"time":"<aws.scheduler.scheduled-time>"}',
          ...o.target,
        },
        ...o.more,
      },
    },
  }
}

/** When a schedule came within some hours: the times that it was meant for, and those that it came at. */
async function comes(o: Asked, hours: number, seed = 1) {
  const { ran, letters, world } = await worldOf(scheduled(o), { until: start + hours * hour, seed })
  const meant = (await letters()).map(({ requestPayload }) => (requestPayload as { time: string }).time)
  return { meant, ran, world }
}

describe('a schedule', () => {
  it('of a rate comes at once, and then at its rate, up to the end', async () => {
    const { meant, ran } = await comes({}, 4)
    expect(meant.map((time) => Date.parse(time) - start)).toEqual([0, 1, 2, 3].map((nth) => nth * hour))
    for (const [nth, at] of ran.entries()) {
      // To the minute, not to the second; and what an invocation takes.
      expect(at - start - nth * hour).toBeGreaterThanOrEqual(0)
      expect(at - start - nth * hour).toBeLessThan(61_000)
    }
    expect(new Set(ran.map((at) => at % 60_000)).size).toBeGreaterThan(1)
  })

  it.each<[string, Asked, number, string[]]>([
    ['cron', { expression: 'cron(0 */6 * * ? *)' }, 24, ['12:00', '18:00', '00:00', '06:00']],
    ['cron in a time zone', { expression: 'cron(0 2 ? * * *)', timezone: 'Australia/Sydney' }, 48, ['16:00', '16:00']],
    ['a time', { expression: 'at(2026-09-02T01:30:00)' }, 72, ['01:30']],
    ['a time that is past', { expression: 'at(2026-08-31T00:00:00)' }, 72, []],
  ])('of %s comes when it says', async (_, asked, hours, times) => {
    const { meant } = await comes(asked, hours)
    expect(meant.map((time) => time.slice(11, 16))).toEqual(times)
  })

  it('with a flexible window comes somewhere within it, which the seed says', async () => {
    const asked = { expression: 'cron(0 12 * * ? *)', flexible: 120 }
    const lateness = async (seed: number) => {
      const { meant, ran } = await comes(asked, 4 * 24, seed)
      return ran.map((at, nth) => at - Date.parse(meant[nth] ?? ''))
    }
    const late = await lateness(1)
    expect(late).toHaveLength(4)
    for (const each of late) expect(each).toBeLessThan(2 * hour + 1_000)
    expect(Math.max(...late)).toBeGreaterThan(hour / 4)
    expect(await lateness(1)).toEqual(late)
    expect(await lateness(2)).not.toEqual(late)
  })

  it('gives its target what it asks for', async () => {
    const names = ['schedule-arn', 'scheduled-time', 'execution-id', 'attempt-number', 'no-such-thing']
    const Input = JSON.stringify(Object.fromEntries(names.map((name) => [name, `<aws.scheduler.${name}>`])))
    const { letters } = await worldOf(scheduled({ target: { Input } }), { until: start + 1 })
    expect((await letters()).map(({ requestPayload }) => requestPayload)).toEqual([
      {
        'schedule-arn': 'arn:aws:scheduler:us-west-2:111122223333:schedule/default/golden-poll',
        'scheduled-time': '2026-09-01T07:01:05Z',
        'execution-id': expect.stringMatching(/^[0-9a-f]{16}$/),
        'attempt-number': '1',
        'no-such-thing': '<aws.scheduler.no-such-thing>',
      },
    ])
  })

  it('invokes asynchronously: what fails is tried again, and is no matter of the schedule', async () => {
    const { ran } = await comes({ failures: 1, retries: 2 }, 1)
    expect(ran).toHaveLength(2)
    expect((ran[1] ?? 0) - (ran[0] ?? 0)).toBeGreaterThanOrEqual(60_000)
  })

  it('that is disabled does not come', async () => {
    const { ran } = await comes({ more: { State: 'DISABLED' } }, 4)
    expect(ran).toEqual([])
  })

  it('stops the clock where its role may not invoke the function', async () => {
    const denied = comes({ allowed: 'lambda:GetFunction' }, 1)
    await expect(denied).rejects.toThrow(
      /^the schedule golden-poll: .*not authorized to perform: lambda:InvokeFunction/,
    )
  })

  it.each<[string, Asked, string]>([
    ['whose role is for somebody else', { service: 'lambda.amazonaws.com' }, 'may not assume the role'],
    [
      'for a queue',
      { target: { Arn: 'arn:aws:sqs:us-west-2:111122223333:queue' } },
      'does not emulate the schedule target arn:aws:sqs:',
    ],
    ['without Input', { target: { Input: undefined } }, 'does not emulate the schedule target without Input'],
    [
      'with a StartDate',
      { more: { StartDate: '2026-10-01T00:00:00Z' } },
      'does not emulate the schedule option StartDate',
    ],
    ['with a window that is off', { more: { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } } }, 'MaximumWindowInMinutes'],
    ['of no expression', { expression: 'every day' }, 'Invalid Schedule Expression every day.'],
    ['that the API would not take', { more: { Timezone: 'UTC' } }, 'Timezone is not a member of CreateScheduleInput'],
    ['without a target', { more: { Target: undefined } }, 'Target is missing'],
  ])('%s is refused', async (_, asked, why) => {
    await expect(worldOf(scheduled(asked), { until: start + hour })).rejects.toThrow(why)
  })
})

describe('where no time passes', () => {
  it('a schedule does not come, is listed as not emulated, and can be looked at all the same', async () => {
    const { world, ran } = await worldOf(scheduled({ flexible: 5 }))
    expect(ran).toEqual([])
    expect(world.notEmulated.get('AWS::Scheduler::Schedule')).toMatch(/none comes without schedulesUntil/)
    const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
    const client = new SchedulerClient({ endpoint: world.url, region: 'us-west-2', credentials })
    const { Schedules } = await client.send(new ListSchedulesCommand())
    expect(Schedules).toMatchObject([{ Name: 'golden-poll', State: 'ENABLED', GroupName: 'default' }])
  })

  it('is not said where time passes', async () => {
    const { world } = await comes({}, 1)
    expect(world.notEmulated.has('AWS::Scheduler::Schedule')).toBe(false)
  })
})
