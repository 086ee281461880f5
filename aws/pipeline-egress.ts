import {
  type Distribution,
  GetDistributionConfigurationCommand,
  type ImagebuilderClient,
  type ImagePipeline,
} from '@aws-sdk/client-imagebuilder'
import { someOf } from '../domain/validation/evidence.ts'

/** What one region of a distribution configuration does with an AMI beside keeping it: the accounts' own ids, and ARNs. */
export interface Egress {
  region: string
  copiedTo: string[]
  accounts: string[]
  groups: string[]
  organizations: string[]
  organizationalUnits: string[]
  bucket: string | undefined
  launchTemplates: string[]
  parameters: string[]
}

export async function readEgress(client: ImagebuilderClient, distributionConfigurationArn: string): Promise<Egress[]> {
  const command = new GetDistributionConfigurationCommand({ distributionConfigurationArn })
  const { distributionConfiguration } = await client.send(command)
  return (distributionConfiguration?.distributions ?? []).map(egressOf)
}

function egressOf(distribution: Distribution): Egress {
  const { region = '', amiDistributionConfiguration: ami, launchTemplateConfigurations = [] } = distribution
  const permission = ami?.launchPermission ?? {}
  return {
    region,
    copiedTo: ami?.targetAccountIds ?? [],
    accounts: permission.userIds ?? [],
    groups: permission.userGroups ?? [],
    organizations: permission.organizationArns ?? [],
    organizationalUnits: permission.organizationalUnitArns ?? [],
    bucket: distribution.s3ExportConfiguration?.s3Bucket,
    launchTemplates: launchTemplateConfigurations.map(({ launchTemplateId = '' }) => launchTemplateId),
    parameters: (distribution.ssmParameterConfigurations ?? []).map(({ parameterName = '' }) => parameterName),
  }
}

/** How a pipeline's own distribution takes its AMI out of the account, or puts it to use in it, each in words. */
export async function waysOut(
  client: ImagebuilderClient,
  { arn = '', distributionConfigurationArn }: ImagePipeline,
): Promise<string[]> {
  if (!distributionConfigurationArn) return []
  const account = arn.split(':')[4] ?? ''
  return (await readEgress(client, distributionConfigurationArn)).flatMap((each) => waysOf(each, account))
}

function waysOf(egress: Egress, account: string): string[] {
  const { region, bucket, launchTemplates, parameters } = egress
  const others = (accounts: readonly string[]) => accounts.filter((each) => each !== account)
  const copied = others(egress.copiedTo)
  const shared = [...others(egress.accounts), ...egress.groups, ...egress.organizations, ...egress.organizationalUnits]
  return [
    ...(copied.length > 0 ? [`copies its AMI to ${someOf(copied)} in ${region}`] : []),
    ...(shared.length > 0 ? [`shares its AMI with ${someOf(shared)} in ${region}`] : []),
    ...(bucket ? [`exports its AMI to the bucket ${bucket}`] : []),
    ...(launchTemplates.length > 0 ? [`puts its AMI into ${someOf(launchTemplates)} in ${region}`] : []),
    ...(parameters.length > 0 ? [`writes its AMI to ${someOf(parameters)} in ${region}`] : []),
  ]
}
