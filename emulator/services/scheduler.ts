import type { GetScheduleOutput } from '@aws-sdk/client-scheduler'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

/** A schedule as GetSchedule tells it. */
export type NewSchedule = GetScheduleOutput & { Name: string; account: string; region: string }

/** What an operator asks about schedules; keeping time is the world's work. */
export class Scheduler implements Service {
  readonly #schedules = new Partitions<GetScheduleOutput[]>(() => [])

  addSchedule({ account, region, ...schedule }: NewSchedule): void {
    const group = schedule.GroupName ?? 'default'
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/${group}/${schedule.Name}`
    this.removeSchedule({ account, region }, schedule.Name)
    this.#schedules.in({ account, region }).push({ Arn: arn, GroupName: group, State: 'ENABLED', ...schedule })
  }

  removeSchedule(place: { account: string; region: string }, name: string): void {
    const schedules = this.#schedules.in(place)
    const at = schedules.findIndex(({ Name }) => Name === name)
    if (at >= 0) schedules.splice(at, 1)
  }

  /** A schedule as it is kept: it may be changed. */
  schedule(place: { account: string; region: string }, name: string): GetScheduleOutput | undefined {
    return this.#schedules.in(place).find((each) => each.Name === name)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    GetSchedule: ({ Name, GroupName = 'default' }, { account, region }) => [
      {
        action: 'scheduler:GetSchedule',
        resource: `arn:aws:scheduler:${region}:${account}:schedule/${GroupName}/${Name}`,
      },
    ],
  }

  readonly operations = {
    ListSchedules: (input: { NamePrefix?: string; MaxResults?: number; NextToken?: string }, context: Context) => {
      const chosen = this.#schedules.in(context).filter(({ Name }) => Name?.startsWith(input.NamePrefix ?? ''))
      const page = pageOf(chosen, {
        size: input.MaxResults,
        token: input.NextToken,
        most: 100,
        invalidToken: 'ValidationException',
      })
      const reported = page.items.map(
        ({ Arn, Name, GroupName, State, Target, CreationDate, LastModificationDate }) => ({
          Arn,
          Name,
          GroupName,
          State,
          CreationDate,
          LastModificationDate,
          ...(Target?.Arn === undefined ? {} : { Target: { Arn: Target.Arn } }),
        }),
      )
      return { Schedules: reported, ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },

    GetSchedule: ({ Name, GroupName = 'default' }: { Name: string; GroupName?: string }, context: Context) => {
      const found = this.#schedules.in(context).find((each) => each.Name === Name && each.GroupName === GroupName)
      if (!found) throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`)
      return found
    },
  }
}
