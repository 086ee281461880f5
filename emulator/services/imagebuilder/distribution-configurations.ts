import type {
  CreateDistributionConfigurationRequest,
  DeleteDistributionConfigurationRequest,
  Distribution,
  DistributionConfiguration,
  UpdateDistributionConfigurationRequest,
} from '@aws-sdk/client-imagebuilder'
import { ClientTokens } from '../support.ts'
import { AwsError, type Context, type Operation, type PermissionsOf, type ServiceDeps } from '../types.ts'
import { dependency, type Images } from './images.ts'
import { type Resources, slug } from './resources.ts'

/** The quota of a distribution configuration. https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html */
const mostAccounts = 50

/** Where images go: made, changed and deleted. */
export function distributionConfigurations(
  resources: Resources,
  images: Images,
  { clock, isStrict }: Pick<ServiceDeps, 'clock' | 'isStrict'>,
): Record<string, Operation> {
  const tokens = new ClientTokens()
  const once = <I extends { clientToken?: string | undefined }>(
    operation: string,
    input: I,
    { account, region, requestId }: Context,
    act: () => string,
  ) => {
    const arn = tokens.once(`${operation}/${account}/${region}`, input, act)
    return { requestId, clientToken: input.clientToken, distributionConfigurationArn: arn }
  }
  const get = (arn: string) => resources.get('distribution-configuration', arn)

  return {
    CreateDistributionConfiguration: (input: CreateDistributionConfigurationRequest, context) =>
      once('CreateDistributionConfiguration', input, context, () => {
        mustFit(input.distributions ?? [], 'ServiceQuotaExceededException')
        if (isStrict('build-region-first')) mustBeginIn(context.region, input.distributions ?? [])
        return resources.add('distribution-configuration', { ...input }, context)
      }),

    // "This operation doesn't support selective updates": what is left out is lost.
    // https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_UpdateDistributionConfiguration.html
    UpdateDistributionConfiguration: (input: UpdateDistributionConfigurationRequest, context) =>
      once('UpdateDistributionConfiguration', input, context, () => {
        const { distributionConfigurationArn: arn = '', clientToken: _, ...changed } = input
        // The model of an update has no error for a quota.
        mustFit(input.distributions ?? [], 'InvalidRequestException')
        if (isStrict('build-region-first')) mustBeginIn(context.region, input.distributions ?? [])
        const { description: _description, ...kept } = get(arn)
        const dateUpdated = new Date(clock.now()).toISOString()
        resources.replace(arn, { ...kept, ...changed, dateUpdated } as DistributionConfiguration)
        return arn
      }),

    DeleteDistributionConfiguration: (input: DeleteDistributionConfigurationRequest, context: Context) => {
      const arn = get(input.distributionConfigurationArn ?? '').arn ?? ''
      const user = resources
        .list('image-pipeline', context)
        .find(({ distributionConfigurationArn }) => distributionConfigurationArn === arn)
      const by = user?.arn ?? images.madeWith(arn)
      if (by) throw dependency(arn, by)
      resources.remove(arn)
      return { requestId: context.requestId, distributionConfigurationArn: arn }
    },
  }
}

export const distributionConfigurationPermissions: Record<string, PermissionsOf> = {
  CreateDistributionConfiguration: (
    { name = '', tags = {} }: CreateDistributionConfigurationRequest,
    { account, region },
  ) => {
    const resource = `arn:aws:imagebuilder:${region}:${account}:distribution-configuration/${slug(name)}`
    return [
      { action: 'imagebuilder:CreateDistributionConfiguration', resource },
      ...(Object.keys(tags).length > 0 ? [{ action: 'imagebuilder:TagResource', resource }] : []),
    ]
  },
  UpdateDistributionConfiguration: on('UpdateDistributionConfiguration'),
  DeleteDistributionConfiguration: on('DeleteDistributionConfiguration'),
}

function on(action: string): PermissionsOf {
  return ({ distributionConfigurationArn: resource }) => [{ action: `imagebuilder:${action}`, resource }]
}

function mustBeginIn(source: string, [first]: Distribution[]): void {
  if (first?.region !== source)
    throw new AwsError('InvalidRequestException', `The first region must be the source region ${source}.`)
}

function mustFit(distributions: Distribution[], error: string): void {
  const regions = distributions.map(({ region }) => region)
  const twice = regions.find((region, i) => regions.indexOf(region) !== i)
  if (twice) throw new AwsError('InvalidRequestException', `The region ${twice} is there more than once.`)
  for (const { region, amiDistributionConfiguration: { launchPermission = {} } = {} } of distributions) {
    const { organizationArns = [], organizationalUnitArns = [] } = launchPermission
    // https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_LaunchPermissionConfiguration.html
    if (organizationArns.length > 25 || organizationalUnitArns.length > 25)
      throw new AwsError('InvalidRequestException', `${region}: a launch permission takes 25 ARNs of a kind.`)
  }
  const accounts = distributions.flatMap(
    ({ amiDistributionConfiguration }) => amiDistributionConfiguration?.targetAccountIds ?? [],
  )
  const count = new Set(accounts).size
  if (count > mostAccounts)
    throw new AwsError(error, `A distribution configuration takes ${mostAccounts} target accounts, and has ${count}.`)
}
