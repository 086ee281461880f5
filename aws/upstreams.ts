import { DescribeImagesCommand, type EC2Client, type Filter, type Image } from '@aws-sdk/client-ec2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { Fleet } from '../domain/fleet/model.ts'
import { upstreamRoleName } from '../domain/names.ts'
import type { Whereabouts } from '../domain/planning/announcements.ts'
import type { ReleasedAmi } from '../domain/planning/upstream-release.ts'
import { type Source, sourceIn, type UpstreamKind } from '../domain/upstream-kinds.ts'
import { isMissing } from './errors.ts'
import { at, Targets } from './targets.ts'

export interface UpstreamDeps {
  /** The fleet's name. */
  fleetName: string
  /** `arn:<partition>:imagebuilder:<region>:<account>` of the build account. */
  imageBuilderArnPrefix: string
  ec2: EC2Client
  ssm: SSMClient
  /** An SSM client in an upstream's account. */
  ssmIn: (account: string) => Promise<SSMClient>
}

/** Parameters of other accounts are read by the role that the SOE account's stack makes. */
export function upstreamDeps(
  fleetName: string,
  imageBuilderArnPrefix: string,
  ec2: EC2Client,
  session: string,
): UpstreamDeps {
  const [, partition = 'aws', , region = ''] = imageBuilderArnPrefix.split(':')
  const role = upstreamRoleName(fleetName)
  const ssm = new SSMClient({})
  return {
    fleetName,
    imageBuilderArnPrefix,
    ec2,
    ssm,
    // A session of its own for each look: a function lives longer than a session does.
    ssmIn: async (account) =>
      account === '' ? ssm : new Targets({ fleet: fleetName, partition, session, role }).ssm({ account, region }),
  }
}

interface Row<K extends UpstreamKind> {
  /** The newest AMI that the build account can see; undefined where there is none, or nowhere to look. */
  newest(deps: UpstreamDeps, source: Source<K>): Promise<string | undefined>
  /** What is missing where there is none, in words. */
  missing(source: Source<K>): string
}

/** Where the AMIs of each kind of upstream are looked for. */
const lookups: { [K in UpstreamKind]: Row<K> } = {
  ami: { newest: newestByName, missing: notShared },
  parameter: {
    newest: parameterOf,
    missing: ({ parameter, account }) => `there is no parameter ${parameter}${account && ` in account ${account}`}`,
  },
  image: {
    newest: ({ ec2, imageBuilderArnPrefix }, source) =>
      newestOf(ec2, source, [imageTag(`${imageBuilderArnPrefix}:image/${source.image}/*`)]),
    missing: ({ image }) => `no AMI of the Image Builder image ${image} is there`,
  },
  event: { newest: newestByName, missing: notShared },
}

/** The newest AMI of an upstream that the build account can see; undefined where there is none, or nowhere to look. */
export const newestAmi = <K extends UpstreamKind>(deps: UpstreamDeps, source: Source<K>): Promise<string | undefined> =>
  lookups[source.kind].newest(deps, source)

/** What is missing, in words, where an upstream has no AMI. */
export const missingAmi = <K extends UpstreamKind>(source: Source<K>): string => lookups[source.kind].missing(source)

/** The AMI that an announcement is about; undefined where there is none yet. */
export async function announcedAmi(deps: UpstreamDeps, fleet: Fleet, look: Whereabouts): Promise<string | undefined> {
  if ('ami' in look) return look.ami
  if ('imageArn' in look) return amiOfImage(deps.ec2, look.imageArn)
  return newestAmi(deps, sourceIn(fleet, look.newestOf))
}

/** The AMI that an Image Builder image of the build account came to. */
export const amiOfImage = (ec2: EC2Client, imageArn: string): Promise<string | undefined> =>
  newestOf(ec2, { owner: 'self' }, [imageTag(imageArn)])

/** Image Builder tags its AMIs so. https://docs.aws.amazon.com/imagebuilder/latest/userguide/tag-resources.html */
const imageTag = (arn: string): Filter => ({ Name: 'tag:Ec2ImageBuilderArn', Values: [arn] })

/** The value of the parameter; undefined where it does not exist. */
async function parameterOf(
  { ssm, ssmIn, imageBuilderArnPrefix }: UpstreamDeps,
  { parameter, account }: Source<'parameter'>,
): Promise<string | undefined> {
  const [, , , region = '', own] = imageBuilderArnPrefix.split(':')
  const client = account === own ? ssm : await ssmIn(account)
  try {
    const read = client.send(new GetParameterCommand({ Name: parameter }))
    return (await at({ account, region }, read)).Parameter?.Value
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function newestByName({ ec2 }: UpstreamDeps, source: Source<'ami' | 'event'>): Promise<string | undefined> {
  const { amiName } = source
  return amiName === undefined ? undefined : newestOf(ec2, source, [{ Name: 'name', Values: [amiName] }])
}

function notShared({ owner, amiName, architecture }: Source): string {
  return `account ${owner} shares no ${architecture} AMI '${amiName}' with the build account`
}

async function newestOf(
  ec2: EC2Client,
  { owner, architecture }: { owner: string; architecture?: string },
  filters: Filter[],
): Promise<string | undefined> {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: [owner],
      Filters: [
        ...filters,
        ...(architecture ? [{ Name: 'architecture', Values: [architecture] }] : []),
        { Name: 'state', Values: ['available'] },
      ],
    }),
  )
  const age = ({ CreationDate = '', ImageId = '' }: Image) => `${CreationDate} ${ImageId}`
  return Images.sort((a, b) => (age(a) < age(b) ? -1 : 1)).at(-1)?.ImageId
}

/** As far as a release depends on it. */
export const releasedAmi = (image: Image, bakedAs?: string): ReleasedAmi => ({
  ami: image.ImageId ?? '',
  ownerId: image.OwnerId ?? 'unknown',
  ownerAlias: image.ImageOwnerAlias,
  name: image.Name ?? '',
  architecture: image.Architecture ?? 'unknown',
  state: image.State ?? 'unknown',
  created: image.CreationDate ?? '',
  bakedAs,
})
