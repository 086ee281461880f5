import { DescribeImagesCommand, type DescribeImagesCommandInput, type EC2Client, type Image } from '@aws-sdk/client-ec2'
import type { AmiFacts } from '../domain/validation/ami.ts'
import { isMissing } from './errors.ts'

/** One AMI as the caller's account and region see it; undefined when they do not. */
export async function describeAmi(client: EC2Client, ami: string): Promise<Image | undefined> {
  try {
    const { Images } = await client.send(new DescribeImagesCommand({ ImageIds: [ami] }))
    return Images?.[0]
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** EC2 takes so many values of a filter. */
const atOnce = 200

/** Those of some AMIs that are there for the caller's account and region, asked for as `how` says. */
export async function imagesAmong(
  client: EC2Client,
  amis: Iterable<string>,
  how: Omit<DescribeImagesCommandInput, 'Filters'> = {},
): Promise<Image[]> {
  const wanted = [...new Set(amis)]
  const found: Image[] = []
  // By a filter: asked for by its id, one that is not there would be an error for all of them.
  for (let at = 0; at < wanted.length; at += atOnce) {
    const Filters = [{ Name: 'image-id', Values: wanted.slice(at, at + atOnce) }]
    const { Images = [] } = await client.send(new DescribeImagesCommand({ ...how, Filters }))
    found.push(...Images)
  }
  return found
}

/** Those of some AMIs that the caller's account and region see, and can launch. */
export async function availableAmis(client: EC2Client, amis: Iterable<string>): Promise<Set<string>> {
  const images = await imagesAmong(client, amis)
  return new Set(images.flatMap(({ ImageId = '', State }) => (State === 'available' ? [ImageId] : [])))
}

export const amiFacts = (image: Image): AmiFacts => ({
  ami: image.ImageId ?? '',
  state: image.State ?? 'unknown',
  ownerId: image.OwnerId ?? 'unknown',
  public: image.Public ?? false,
  architecture: image.Architecture ?? 'unknown',
  bootMode: image.BootMode,
  imdsSupport: image.ImdsSupport,
  sourceAmi: image.SourceImageId,
  rootDevice: image.RootDeviceName,
  volumes: (image.BlockDeviceMappings ?? []).flatMap(({ DeviceName = '', Ebs }) =>
    Ebs ? [{ device: DeviceName, sizeGiB: Ebs.VolumeSize ?? 0, encrypted: Ebs.Encrypted ?? false }] : [],
  ),
  tags: Object.fromEntries((image.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
})
