import type { DescribeImageAttributeRequest, DescribeImagesRequest } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Ami, Amis } from './ami-store.ts'
import { asSeenBy, matches, permissionFor } from './ec2-answers.ts'
import { pageOf } from './support.ts'
import { AwsError, type Context, type Service, type ServiceDeps } from './types.ts'

const malformed = (id: string) => new AwsError('InvalidAMIID.Malformed', `Invalid id: "${id}"`)
export const notFound = (id: string) => new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)

export function mustBeAmiId(id: string): void {
  if (!/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformed(id)
}

/** What EC2 tells of AMIs. */
export const amiQueries = (amis: Amis, { clock }: ServiceDeps): Service['operations'] => ({
  DescribeImages: (input: DescribeImagesRequest, context: Context) => {
    const now = context.now.getTime()
    const named = [...new Set(input.ImageIds ?? [])].map((id) => {
      mustBeAmiId(id)
      const ami = amis.find(id, context)
      if (!ami || ami.shownFrom > now) throw notFound(id)
      return ami
    })
    const isListed = (ami: Ami) =>
      ami.shownFrom <= now &&
      amis.isVisible(ami, context.account) &&
      (input.IncludeDisabled || ami.image.State !== 'disabled') &&
      (input.IncludeDeprecated || ami.image.OwnerId === context.account || !isDeprecated(ami, clock.now()))
    // Who names a disabled or a deprecated AMI gets an error.
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html#describe-disabled-ami
    const chosen = named.length > 0 ? named : amis.list(context.region).filter(isListed)
    const found = chosen
      .filter(({ image }) => !input.Owners?.length || input.Owners.some((owner) => isOwner(image, owner, context)))
      .filter(
        (ami) => !input.ExecutableUsers?.length || input.ExecutableUsers.some((user) => mayLaunch(ami, user, context)),
      )
      .map(({ image }) => asSeenBy(image, context.account))
      .filter((image) => (input.Filters ?? []).every((filter) => matches(image, filter)))
      .sort((a, b) => (`${a.CreationDate}${a.ImageId}` < `${b.CreationDate}${b.ImageId}` ? -1 : 1))
    const page = pageOf(found, {
      size: input.MaxResults,
      token: input.NextToken,
      most: 1000,
      invalidToken: 'InvalidNextToken',
    })
    return { Images: page.items, ...(page.next === undefined ? {} : { NextToken: page.next }) }
  },

  DescribeImageAttribute: ({ ImageId: id, Attribute }: DescribeImageAttributeRequest, context: Context) => {
    const ami = amis.find(id ?? '', context)
    if (!ami || ami.image.OwnerId !== context.account) throw notFound(id ?? '')
    if (Attribute !== 'launchPermission') {
      throw new UnsupportedFeature('image attribute', `${Attribute}`)
    }
    const users = [...ami.sharedWith].map(permissionFor)
    return { ImageId: id, LaunchPermissions: ami.image.Public ? [{ Group: 'all' }, ...users] : users }
  },
})

const isDeprecated = ({ image }: Ami, now: number) =>
  image.DeprecationTime !== undefined && Date.parse(image.DeprecationTime) <= now

const isOwner = (image: Ami['image'], owner: string, { account }: Context) =>
  image.OwnerId === (owner === 'self' ? account : owner) || image.ImageOwnerAlias === owner

const mayLaunch = ({ image, sharedWith }: Ami, user: string, { account }: Context) =>
  user === 'all' ? image.Public === true : sharedWith.has(user === 'self' ? account : user)
