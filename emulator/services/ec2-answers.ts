import type { Filter, Tag } from '@aws-sdk/client-ec2'
import { glob } from '../matching/glob.ts'
import type { Ami } from './ami-store.ts'
import { AwsError } from './types.ts'

/** How EC2 tells of AMIs. */

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

export function matches(image: Ami['image'], filter: Filter): boolean {
  const { Name: name = '', Values: values = [] } = filter
  const actual = filters[name]
  if (!actual) return matchesTags(image.Tags, filter)
  const value = actual(image)
  return value !== undefined && values.some((pattern) => glob(pattern, String(value)))
}

/** Whether a resource has the tags that a filter asks for. Throws AwsError for a filter of any other kind. */
export function matchesTags(tags: Tag[] = [], { Name: name = '', Values: values = [] }: Filter): boolean {
  if (name === 'tag-key') return tags.some(({ Key }) => values.some((value) => glob(value, Key ?? '')))
  if (!name.startsWith('tag:')) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  const value = tags.find(({ Key }) => `tag:${Key}` === name)?.Value
  return value !== undefined && values.some((pattern) => glob(pattern, value))
}
