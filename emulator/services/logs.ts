import type { DescribeLogGroupsRequest } from '@aws-sdk/client-cloudwatch-logs'
import { Partitions, pageOf } from './support.ts'
import type { Context, PermissionsOf, Service } from './types.ts'

interface Place {
  account: string
  region: string
}

/** CloudWatch Logs: which log groups there are. Nothing is in them. */
export class Logs implements Service {
  readonly #groups = new Partitions<Set<string>>(() => new Set())

  add(place: Place, name: string): void {
    this.#groups.in(place).add(name)
  }

  remove(place: Place, name: string): void {
    this.#groups.in(place).delete(name)
  }

  has(place: Place, name: string): boolean {
    return this.#groups.in(place).has(name)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    DescribeLogGroups: (_, { account, region }) => [
      { action: 'logs:DescribeLogGroups', resource: `arn:aws:logs:${region}:${account}:log-group:*` },
    ],
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
  readonly operations = {
    DescribeLogGroups: (input: DescribeLogGroupsRequest, context: Context) => {
      const { logGroupNamePrefix: prefix = '', limit, nextToken } = input
      const found = [...this.#groups.in(context)].filter((name) => name.startsWith(prefix)).sort()
      const page = pageOf(found, { size: limit, token: nextToken, most: 50, invalidToken: 'InvalidParameterException' })
      const { account, region } = context
      return {
        logGroups: page.items.map((logGroupName) => ({
          logGroupName,
          arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*`,
        })),
        ...(page.next === undefined ? {} : { nextToken: page.next }),
      }
    },
  }
}
