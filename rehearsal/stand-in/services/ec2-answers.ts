import type { BlockDeviceMapping, Filter } from '@aws-sdk/client-ec2'
import { glob } from '../iam/policy.ts'
import { AwsError } from '../types.ts'
import type { Ami } from './ec2.ts'

/** How EC2 tells of AMIs. */

export const snapshotOf = (image: Ami['image'], { Ebs: ebs }: BlockDeviceMapping) => ({
  ...{ SnapshotId: ebs?.SnapshotId, OwnerId: image.OwnerId, State: 'completed' as const, Progress: '100%' },
  ...{ VolumeSize: ebs?.VolumeSize, Encrypted: ebs?.Encrypted ?? false, KmsKeyId: ebs?.KmsKeyId },
  ...{ Description: `Created for ${image.ImageId}`, StartTime: new Date(image.CreationDate ?? 0) },
})

export const permissionFor = (whom: string) =>
  whom.includes(':ou/')
    ? { OrganizationalUnitArn: whom }
    : whom.includes(':organization/')
      ? { OrganizationArn: whom }
      : { UserId: whom }

/**
 * Tags belong to an account: nobody else sees them. A snapshot's key is DescribeSnapshots' to tell, see EbsBlockDevice:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
 */
export function asSeenBy({ Tags: tags, ...image }: Ami['image'], account: string): Ami['image'] {
  const BlockDeviceMappings = (image.BlockDeviceMappings ?? []).map(({ Ebs: ebs, ...device }) => {
    const { KmsKeyId: _, ...shown } = ebs ?? {}
    return { ...device, ...(ebs && { Ebs: shown }) }
  })
  return { ...image, BlockDeviceMappings, ...(image.OwnerId === account && tags && { Tags: tags }) }
}

const filters: Record<string, (image: Ami['image']) => unknown> = {
  name: (image) => image.Name,
  state: (image) => image.State,
  architecture: (image) => image.Architecture,
  platform: (image) => image.Platform,
  'owner-id': (image) => image.OwnerId,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => image.Public,
  'root-device-type': (image) => image.RootDeviceType,
  'virtualization-type': (image) => image.VirtualizationType,
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
}

export function matches(image: Ami['image'], { Name: name = '', Values: values = [] }: Filter): boolean {
  const tags = image.Tags ?? []
  if (name === 'tag-key') return tags.some(({ Key }) => values.some((value) => glob(value, Key ?? '')))
  const actual = name.startsWith('tag:')
    ? () => tags.find(({ Key }) => `tag:${Key}` === name)?.Value
    : filters[name]
  if (!actual) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  const value = actual(image)
  return value !== undefined && values.some((pattern) => glob(pattern, String(value)))
}
