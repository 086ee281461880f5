import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  type LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling'
import type { Templates } from './launch-template-data.ts'
import { allPages } from './paginate.ts'

/**
 * What the Auto Scaling groups of a place launch: by a launch template, several of them, or a launch configuration.
 *
 * @returns a group once for each of its AMIs
 */
export async function readGroups(
  client: AutoScalingClient,
  templates: Templates,
): Promise<{ name: string; ami: string | undefined }[]> {
  const groups = await allGroups(client)
  const configurations = await readConfigurations(client, groups)
  const found: { name: string; ami: string | undefined }[] = []
  for (const group of groups) {
    const name = group.AutoScalingGroupName ?? ''
    const amis = new Set([configurations.get(group.LaunchConfigurationName ?? ''), ...imagesOf(group)])
    for (const { LaunchTemplateId: id = '', Version: version = '$Default' } of specificationsOf(group))
      amis.add((await templates.find(id, version))?.ami)
    found.push(...[...amis].map((ami) => ({ name, ami })))
  }
  return found
}

/** AMIs that a group names itself: in place of a template's, and those that root volumes of its instances came from since. */
const imagesOf = ({ MixedInstancesPolicy: mixed, Instances: instances = [] }: AutoScalingGroup) =>
  [...(mixed?.LaunchTemplate?.Overrides ?? []), ...instances].map(({ ImageId }) => ImageId)

function specificationsOf(group: AutoScalingGroup): LaunchTemplateSpecification[] {
  const { LaunchTemplate: mixed } = group.MixedInstancesPolicy ?? {}
  return [
    group.LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map((override) => override.LaunchTemplateSpecification),
  ].filter((specification) => specification !== undefined)
}

const allGroups = (client: AutoScalingClient): Promise<AutoScalingGroup[]> =>
  allPages(async (NextToken) => {
    const page = await client.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 100, NextToken }))
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })

/** AMIs by the name of the launch configuration; fifty of them can be asked for at once. */
async function readConfigurations(client: AutoScalingClient, groups: AutoScalingGroup[]) {
  const names = [...new Set(groups.flatMap(({ LaunchConfigurationName: name }) => name ?? []))]
  const amis = new Map<string, string | undefined>()
  for (let from = 0; from < names.length; from += 50) {
    const { LaunchConfigurations = [] } = await client.send(
      new DescribeLaunchConfigurationsCommand({
        LaunchConfigurationNames: names.slice(from, from + 50),
        MaxRecords: 50,
      }),
    )
    for (const { LaunchConfigurationName: name = '', ImageId } of LaunchConfigurations) amis.set(name, ImageId)
  }
  return amis
}
