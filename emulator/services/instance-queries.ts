import type { DescribeInstanceStatusRequest, DescribeInstancesRequest, Filter } from '@aws-sdk/client-ec2'
import { glob } from '../iam/policy.ts'
import { matchesTags } from './ec2-answers.ts'
import type { Instances, LaunchedInstance } from './instances.ts'
import { pageOf } from './support.ts'
import type { Context } from './types.ts'

/** What EC2 tells of instances. */
export const instanceQueries = (instances: Instances) => ({
  DescribeInstances: (input: DescribeInstancesRequest, context: Context) => {
    const named = (input.InstanceIds ?? []).map((id) => instances.get(id, context))
    const found = (named.length > 0 ? named : instances.in(context)).filter(({ instance }) =>
      (input.Filters ?? []).every((filter) => matches(instance, filter)),
    )
    const { items, next } = pageOf(found, {
      size: input.MaxResults,
      token: input.NextToken,
      most: 1000,
      invalidToken: 'InvalidNextToken',
    })
    return {
      Reservations: items.map((each) => ({ ...reservation([each]), OwnerId: context.account })),
      ...(next !== undefined && { NextToken: next }),
    }
  },

  DescribeInstanceStatus: (input: DescribeInstanceStatusRequest, context: Context) => {
    const named = (input.InstanceIds ?? []).map((id) => instances.get(id, context))
    const told = (named.length > 0 ? named : instances.in(context)).filter(
      ({ instance }) => input.IncludeAllInstances || instance.State.Name === 'running',
    )
    return {
      InstanceStatuses: told.map(({ instance }) => ({
        InstanceId: instance.InstanceId,
        InstanceState: instance.State,
      })),
    }
  },
})

/** Instances as the launch that brought them has them. */
export const reservation = (launched: LaunchedInstance[]) => ({
  Instances: launched.map(({ instance }) => instance),
  ReservationId: launched[0]?.instance.InstanceId.replace('i-', 'r-'),
})

const filters: Record<string, (instance: LaunchedInstance['instance']) => string | undefined> = {
  'instance-id': ({ InstanceId: id }) => id,
  'instance-state-name': ({ State: state }) => state.Name,
  'image-id': ({ ImageId: id }) => id,
}

function matches(instance: LaunchedInstance['instance'], filter: Filter): boolean {
  const { Name: name = '', Values: values = [] } = filter
  const actual = filters[name]
  if (!actual) return matchesTags(instance.Tags, filter)
  return values.some((pattern) => glob(pattern, actual(instance) ?? ''))
}
