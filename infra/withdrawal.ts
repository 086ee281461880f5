import type { Permission } from './permissions.ts'

/** What it takes to find out what uses AMIs in an account, and to withdraw them there. */

/** @param parameters any that a launch template may name */
export const readUsesPermissions = (parameters: string[]): Permission[] => [
  {
    actions: [
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLaunchConfigurations',
    ],
    resources: ['*'],
    why: 'Describe actions know no resources.',
  },
  {
    actions: ['ssm:GetParameters'],
    resources: parameters,
    why: 'Teams name the parameters that their launch templates read AMIs from; what is encrypted stays so.',
  },
]

/** AMIs and snapshots by a tag that all of them have. */
export const withdrawAmis = (
  { images, snapshots }: { images: string[]; snapshots: string[] },
  tag: Record<string, string>,
): Permission[] => [
  {
    actions: ['ec2:EnableImageDeprecation', 'ec2:DisableImage', 'ec2:DeregisterImage'],
    resources: images,
    conditions: { StringEquals: tag },
    why: 'EC2 gives AMIs their ids; the tag limits them.',
  },
  {
    actions: ['ec2:DeleteSnapshot'],
    resources: snapshots,
    conditions: { StringEquals: tag },
    why: 'EC2 gives snapshots their ids; the tag limits them.',
  },
]
