import type { EC2Client, Image } from '@aws-sdk/client-ec2'
import { describeAmi } from '../../aws/amis.ts'
import { fleetTag } from '../../domain/names.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** How many generations of an AMI are looked at: its source, and the source's source, ... */
const generations = 4

/**
 * The image of this fleet that an AMI was baked as, or was made from: a release of it would rebake what it
 * descends from, and never come to rest.
 */
export async function bakedAs(
  { ec2, ledger, fleetName }: { ec2: EC2Client; ledger: Pick<Ledger, 'releases'>; fleetName: string },
  image: Image,
): Promise<string | undefined> {
  let ancestor: Image | undefined = image
  for (let generation = 0; ancestor && generation < generations; generation++) {
    const tag = (key: string) => ancestor?.Tags?.find(({ Key }) => Key === key)?.Value
    if (tag(fleetTag) === fleetName) return tag('rebake:image')
    const source: string | undefined = ancestor.SourceImageId
    if (source === undefined) return undefined
    const copy = await ledger.releases.readCopy(source)
    if (copy) return copy.image
    ancestor = await describeAmi(ec2, source)
  }
  return undefined
}
