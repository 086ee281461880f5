import {
  type Distribution,
  GetDistributionConfigurationCommand,
  type ImagebuilderClient,
  type ImagePipeline,
} from '@aws-sdk/client-imagebuilder'
import { someOf } from '../domain/validation/evidence.ts'

/** How a pipeline's own distribution takes its AMI out of the account, or puts it to use in it, each in words. */
export async function waysOut(
  client: ImagebuilderClient,
  { arn = '', distributionConfigurationArn }: ImagePipeline,
): Promise<string[]> {
  if (!distributionConfigurationArn) return []
  const command = new GetDistributionConfigurationCommand({ distributionConfigurationArn })
  const { distributionConfiguration } = await client.send(command)
  const account = arn.split(':')[4] ?? ''
  return (distributionConfiguration?.distributions ?? []).flatMap((each) => waysOf(each, account))
}

function waysOf(distribution: Distribution, account: string): string[] {
  const { region, amiDistributionConfiguration: ami, launchTemplateConfigurations = [] } = distribution
  const {
    userIds = [],
    userGroups = [],
    organizationArns = [],
    organizationalUnitArns = [],
  } = ami?.launchPermission ?? {}
  const others = (accounts: readonly string[]) => accounts.filter((each) => each !== account)
  const copied = others(ami?.targetAccountIds ?? [])
  const shared = [...others(userIds), ...userGroups, ...organizationArns, ...organizationalUnitArns]
  const parameters = (distribution.ssmParameterConfigurations ?? []).map(({ parameterName = '' }) => parameterName)
  const templates = launchTemplateConfigurations.map(({ launchTemplateId = '' }) => launchTemplateId)
  const bucket = distribution.s3ExportConfiguration?.s3Bucket
  return [
    ...(copied.length > 0 ? [`copies its AMI to ${someOf(copied)} in ${region}`] : []),
    ...(shared.length > 0 ? [`shares its AMI with ${someOf(shared)} in ${region}`] : []),
    ...(bucket ? [`exports its AMI to the bucket ${bucket}`] : []),
    ...(templates.length > 0 ? [`puts its AMI into ${someOf(templates)} in ${region}`] : []),
    ...(parameters.length > 0 ? [`writes its AMI to ${someOf(parameters)} in ${region}`] : []),
  ]
}
