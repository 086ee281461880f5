import { GetPolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { managedPolicies } from '../../domain/managed-policies.ts'
import { type Check, fail, ifThere, info } from './check.ts'

const exist: Check = {
  name: 'policies that AWS manages',
  group: 'Accounts',
  beforeDeploy: true,
  permissions: ['iam:GetPolicy'],
  async *examine({ fleet, config }) {
    const client = new IAMClient(config)
    const partition = partitionOf(fleet.build.region) ?? 'aws'
    const names = Object.values(managedPolicies)
    for (const name of names) {
      const PolicyArn = `arn:${partition}:iam::aws:policy/${name}`
      if (!(await ifThere(client.send(new GetPolicyCommand({ PolicyArn })))))
        yield fail(
          `AWS has no policy ${PolicyArn}, and a role of the fleet has it: the deploy fails`,
          'Bake in a partition that has it, or ask AWS Support when it comes.',
        )
    }
    yield info(names.join(', '))
  },
}

export const managedPolicyChecks = [exist]
