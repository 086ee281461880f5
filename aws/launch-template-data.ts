import { DescribeLaunchTemplateVersionsCommand, type EC2Client, type LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { isMissing } from './errors.ts'

/** A version of a launch template, for people, and the AMI that it launches. */
interface TemplateVersion {
  name: string
  ami: string | undefined
}

export interface Templates {
  /** The default and the newest version of every template. */
  current(): TemplateVersion[]
  /** One version, by number or as $Default and $Latest; undefined where it is not there. */
  find(template: string, version: string): Promise<TemplateVersion | undefined>
}

/** The launch templates of a place. Those of other versions are asked for when somebody names them. */
export async function readTemplates(ec2: EC2Client, ssm: SSMClient): Promise<Templates> {
  const parameters = new Map<string, Promise<string | undefined>>()
  const reported = async (version: LaunchTemplateVersion): Promise<TemplateVersion> => ({
    name: `${version.LaunchTemplateName} (version ${version.VersionNumber})`,
    ami: await amiOf(ssm, parameters, version.LaunchTemplateData?.ImageId),
  })
  const known = new Map<string, TemplateVersion>()
  const newest = new Map<string, number>()
  for await (const version of currentVersions(ec2)) {
    const { LaunchTemplateId: id = '', VersionNumber: number = 0, DefaultVersion } = version
    const found = await reported(version)
    known.set(`${id} ${number}`, found)
    if (DefaultVersion) known.set(`${id} $Default`, found)
    if (number >= (newest.get(id) ?? 0)) known.set(`${id} $Latest`, found)
    newest.set(id, Math.max(number, newest.get(id) ?? 0))
  }
  const current = [...new Set(known.values())]
  return {
    current: () => current,
    async find(id, number) {
      const key = `${id} ${number}`
      const version = known.has(key) ? undefined : await describe(ec2, id, number)
      if (version) known.set(key, await reported(version))
      return known.get(key)
    },
  }
}

/** Without a template's name, EC2 tells of all of them. */
async function* currentVersions(ec2: EC2Client): AsyncGenerator<LaunchTemplateVersion> {
  let token: string | undefined
  do {
    const page = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({
        Versions: ['$Default', '$Latest'],
        MaxResults: 200,
        NextToken: token,
      }),
    )
    yield* page.LaunchTemplateVersions ?? []
    token = page.NextToken
  } while (token)
}

async function describe(ec2: EC2Client, LaunchTemplateId: string, version: string) {
  try {
    const { LaunchTemplateVersions: [found] = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
    )
    return found
  } catch (error) {
    // A group may outlive its template, and launches nothing then.
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * A template may name a parameter in place of an AMI, which EC2 looks up at each launch: `resolve:ssm:/golden-images/web`,
 * with `:3` behind it for one version of it. No AMI of ours is in a parameter of AWS's own. EC2 would resolve one version
 * of one template in a call, and with our permissions, too; so the parameters are read, each once.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
 */
function amiOf(
  ssm: SSMClient,
  known: Map<string, Promise<string | undefined>>,
  image: string | undefined,
): Promise<string | undefined> {
  const [, named] = image?.match(/^resolve:ssm:(.+)$/) ?? []
  if (!named) return Promise.resolve(image)
  if (named.startsWith('/aws/')) return Promise.resolve(undefined)
  const value = known.get(named) ?? heldBy(ssm, named)
  known.set(named, value)
  return value
}

async function heldBy(ssm: SSMClient, named: string): Promise<string | undefined> {
  const { Parameters: [parameter] = [] } = await ssm.send(new GetParametersCommand({ Names: [named] }))
  return parameter?.Value
}
