import { DescribeImagesCommand, type EC2Client, type Filter, type Image } from '@aws-sdk/client-ec2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { Source } from '../domain/fleet/upstreams.ts'
import { upstreamRoleName } from '../domain/names.ts'
import type { ReleasedAmi } from '../domain/planning/release.ts'
import { isMissing } from './errors.ts'
import { at, Targets } from './targets.ts'

export interface UpstreamParts {
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
export function upstreamParts(
  fleetName: string,
  imageBuilderArnPrefix: string,
  ec2: EC2Client,
  session: string,
): UpstreamParts {
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

/** The newest AMI of an upstream that the build account can see; undefined where there is none, or nowhere to look. */
export async function newestAmi(parts: UpstreamParts, source: Source): Promise<string | undefined> {
  switch (source.kind) {
    case 'parameter':
      return parameterOf(parts, source)
    case 'image':
      return newestOf(parts.ec2, source, [imageTag(`${parts.imageBuilderArnPrefix}:image/${source.image}/*`)])
    case 'ami':
    case 'event':
      return source.amiName === undefined
        ? undefined
        : newestOf(parts.ec2, source, [{ Name: 'name', Values: [source.amiName] }])
  }
}

/** The AMI that an Image Builder image of the build account came to. */
export const amiOfImage = (ec2: EC2Client, imageArn: string): Promise<string | undefined> =>
  newestOf(ec2, { owner: 'self' }, [imageTag(imageArn)])

/** Image Builder tags its AMIs so. https://docs.aws.amazon.com/imagebuilder/latest/userguide/tag-resources.html */
const imageTag = (arn: string): Filter => ({ Name: 'tag:Ec2ImageBuilderArn', Values: [arn] })

/** The value of the parameter; undefined where it does not exist. */
export async function parameterOf(
  { ssm, ssmIn, imageBuilderArnPrefix }: UpstreamParts,
  { parameter, account }: Extract<Source, { kind: 'parameter' }>,
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
