import { isDeepStrictEqual } from 'node:util'
import { CreateScheduleInput$, type GetScheduleOutput } from '@aws-sdk/client-scheduler'
import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import { read, shapeOf } from '../protocol/shape.ts'
import type { Random } from '../random.ts'
import { nextTime, parseScheduleExpression, type ScheduleExpression } from '../schedule-expression.ts'
import { eventTime } from '../services/types.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'
import type { Deliveries } from './deliveries.ts'
import type { Place } from './template.ts'

interface SchedulesDeps {
  clock: VirtualClock
  random: Random
  aws: AwsEndpoint
  deliveries: Deliveries
  /** Schedules come up to here, epoch milliseconds; undefined: they never do. */
  until: number | undefined
}

interface Kept {
  name: string
  arn: string
  schedule: ScheduleExpression
  timezone: string
  /** When it was made: a rate counts from there. */
  created: Date
  /** How much later than it says it may come, in milliseconds. */
  slack: number
  functionArn: string
  roleArn: string
  input: string
}

// What follows is from https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

/** "All schedule types on EventBridge Scheduler invoke their targets with 60 second precision." */
const precision = 59_000

/** EventBridge Scheduler: invokes functions when their time has come. */
export class Schedules {
  readonly #parts: SchedulesDeps
  /** Those that come, by ARN. One that is no longer here comes no more. */
  readonly #kept = new Map<string, Kept>()

  constructor(parts: SchedulesDeps) {
    this.#parts = parts
  }

  /** Whether any will ever come. */
  get pass(): boolean {
    return this.#parts.until !== undefined
  }

  /**
   * Makes what an AWS::Scheduler::Schedule describes, in the place of the one of its name: what is as often as before goes on
   * in its step.
   * @throws Error for what Scheduler would not take, UnsupportedFeature for what is not emulated
   */
  add(place: Place, logicalId: string, properties: Record<string, unknown>): { ref: string; arn: string } {
    const { clock, aws } = this.#parts
    const problems: string[] = []
    const given = read(shapeOf(CreateScheduleInput$), properties, problems, { token: () => '', text: true })
    const { ClientToken: _, ...described } = given as GetScheduleOutput & { ClientToken?: string }
    const { Name: name = '', State: state = 'ENABLED' } = described
    if (problems.length > 0) throw new Error(`${logicalId}: ${problems.join('; ')}`)
    const arn = arnOf(place, 'scheduler', `schedule/${described.GroupName ?? 'default'}/${name}`)
    const wanted = this.#read(described, logicalId)
    const before = this.#kept.get(arn)
    const now = new Date(clock.now())
    const goesOn = before && isDeepStrictEqual(before.schedule, wanted.schedule) && before.timezone === wanted.timezone
    const kept = { ...wanted, name, arn, created: goesOn ? before.created : now }
    const { account, region } = place
    const dates = { CreationDate: kept.created, LastModificationDate: now }
    aws.scheduler.addSchedule({ ...described, ...dates, Name: name, account, region })
    this.#kept.set(arn, kept)
    if (state === 'ENABLED') this.#begin(kept, goesOn ? now : undefined)
    return { ref: name, arn }
  }

  remove(place: Place, { name, arn }: { name: string; arn: string }): void {
    this.#kept.delete(arn)
    this.#parts.aws.scheduler.removeSchedule(place, name)
  }

  #read(described: GetScheduleOutput, logicalId: string): Omit<Kept, 'name' | 'arn' | 'created'> {
    const { Target: target, FlexibleTimeWindow: window, ScheduleExpressionTimezone: timezone = 'UTC' } = described
    const functionArn = target?.Arn ?? ''
    const roleArn = target?.RoleArn ?? ''
    const input = target?.Input
    if (!/^arn:aws:lambda:[^:]+:\d{12}:function:[\w-]+$/.test(functionArn))
      throw new UnsupportedFeature('schedule target', functionArn, logicalId)
    if (input === undefined) throw new UnsupportedFeature('schedule target', 'without Input', logicalId)
    if (described.StartDate) throw new UnsupportedFeature('schedule option', 'StartDate', logicalId)
    if (described.EndDate) throw new UnsupportedFeature('schedule option', 'EndDate', logicalId)
    if (!this.#parts.aws.iam.trustsService(roleArn, 'scheduler.amazonaws.com'))
      throw new Error(`${logicalId}: EventBridge Scheduler may not assume the role '${roleArn}'`)
    const minutes = window?.MaximumWindowInMinutes
    if ((window?.Mode === 'FLEXIBLE') !== (minutes !== undefined))
      throw new Error(`${logicalId}: MaximumWindowInMinutes goes with the mode FLEXIBLE, and only with that`)
    const slack = minutes === undefined ? precision : minutes * 60_000
    const schedule = parseScheduleExpression(described.ScheduleExpression ?? '')
    return { schedule, timezone, slack, functionArn, roleArn, input }
  }

  /** "If you do not provide a StartDate for a rate-based schedule, your schedule starts invoking the target immediately." */
  #begin(kept: Kept, since: Date | undefined): void {
    const { schedule, timezone, created } = kept
    const comesAtOnce = schedule.kind === 'rate' && since === undefined
    this.#await(kept, comesAtOnce ? created : nextTime(schedule, timezone, since ?? created, created))
  }

  #await(kept: Kept, time: Date | undefined): void {
    const { clock, random, until } = this.#parts
    if (time === undefined || until === undefined || time.getTime() >= until) return
    const chance = random.fork(`schedule/${kept.arn}/${time.toISOString()}`)
    const isThere = () => this.#kept.get(kept.arn) === kept
    clock.at(time.getTime(), () => {
      if (!isThere()) return
      const { schedule, timezone, created } = kept
      this.#await(kept, nextTime(schedule, timezone, time, created))
    })
    clock.at(time.getTime() + chance.integer(0, kept.slack), () =>
      isThere() ? this.#invoke(kept, time, chance) : undefined,
    )
  }

  /** Scheduler invokes functions asynchronously: what they make of it is Lambda's to retry. */
  async #invoke({ name, arn, functionArn, roleArn, input }: Kept, time: Date, chance: Random): Promise<void> {
    const { aws, deliveries } = this.#parts
    try {
      const permission = { action: 'lambda:InvokeFunction', resource: functionArn }
      aws.authorize(aws.iam.principalOf(roleArn, name), permission)
    } catch (error) {
      throw new Error(`the schedule ${name}: ${(error as Error).message}`, { cause: error })
    }
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    const attributes: Record<string, string> = {
      'schedule-arn': arn,
      'scheduled-time': eventTime(time),
      'execution-id': chance.hex(16),
      'attempt-number': '1',
    }
    const text = input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, key: string) => attributes[key] ?? whole)
    await deliveries.invoke(functionArn, JSON.parse(text) as object, '')
  }
}
