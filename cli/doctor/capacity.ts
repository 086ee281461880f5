import { type _InstanceType, DescribeInstanceTypesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  GetImagePipelineCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { limits } from '../../domain/limits.ts'
import { type Check, each, fail, ifThere, info, unknown } from './check.ts'
import type { Environment } from './environment.ts'
import { quotaOf, quotaPermissions, raise } from './service-quota.ts'

/** What others in the account keep for themselves counts too, and a deploy that finds too little left is rolled back. */
const reserved: Check = {
  name: 'Lambda: unreserved concurrency',
  group: 'Quotas',
  beforeDeploy: true,
  permissions: ['lambda:GetAccountSettings', 'states:DescribeStateMachine'],
  async *examine(environment) {
    const channels = postedChannels(environment.fleet).length
    if (channels === 0 || (await environment.isDeployed())) {
      yield info(channels === 0 ? 'no function of the fleet reserves any' : 'the fleet is deployed')
      return
    }
    const { AccountLimit } = await new LambdaClient(environment.config).send(new GetAccountSettingsCommand({}))
    const left = AccountLimit?.UnreservedConcurrentExecutions ?? 0
    const { most: least, source } = limits['unreserved-executions']
    if (left - channels < least)
      yield fail(
        `functions that post to chat channels reserve ${channels}, ${left} are unreserved in the account, and AWS keeps ${least} for all others (${source}): the deploy fails`,
        `${raise('concurrent-executions', least + channels + (AccountLimit?.ConcurrentExecutions ?? 0) - left)} Or take the channels out of the fleet until then.`,
      )
    else yield info(`${channels} of ${left - least}`)
  },
}

/** Image Builder tries the first type first. */
const vcpus: Check = {
  name: 'EC2: vCPUs of build instances',
  group: 'Quotas',
  beforeDeploy: true,
  permissions: [
    ...quotaPermissions,
    'ec2:DescribeInstanceTypes',
    'imagebuilder:GetImagePipeline',
    'imagebuilder:GetInfrastructureConfiguration',
  ],
  async *examine(environment) {
    const { fleet, config } = environment
    const types = await typesOf(environment)
    const standard = types.filter((type) => /^([acdhimrtz]|im|is)\d/.test(type))
    if (standard.length === 0) {
      yield info('no standard instance bakes')
      return
    }
    const InstanceTypes = [...new Set(standard)] as _InstanceType[]
    const answer = await new EC2Client(config).send(new DescribeInstanceTypesCommand({ InstanceTypes }))
    const known = new Map(
      answer.InstanceTypes?.map(({ InstanceType, VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus]),
    )
    const sizes = standard.map((type) => known.get(type as _InstanceType) ?? 0).toSorted((a, b) => b - a)
    const atOnce = Math.min(fleet.concurrentBakes, sizes.length)
    const need = sizes.slice(0, atOnce).reduce((sum, size) => sum + size, 0)
    const value = await quotaOf(environment, 'vcpus-standard')
    if (value === undefined)
      yield unknown('Service Quotas does not tell the vCPUs of standard instances', 'Look in the console of EC2.')
    else if (need > value)
      yield fail(
        `${atOnce} bakes at once (concurrentBakes) need ${need} vCPUs of standard instances, and the quota is ${value}: those beyond it fail with VcpuLimitExceeded`,
        `${raise('vcpus-standard', need)} Or lower concurrentBakes.`,
      )
    else yield info(`${need} of ${value}`)
  },
}

/** The type that bakes each image; of an adopted pipeline that is gone or not there, none. */
async function typesOf({ fleet, config }: Environment): Promise<string[]> {
  const client = new ImagebuilderClient(config)
  const types = await each(Object.values(fleet.images), async ({ pipeline, infrastructure = '' }) => {
    if (!pipeline) return fleet.infrastructure[infrastructure]?.instanceTypes[0]
    const found = await ifThere(client.send(new GetImagePipelineCommand({ imagePipelineArn: pipeline })))
    const { infrastructureConfigurationArn } = found?.imagePipeline ?? {}
    if (!infrastructureConfigurationArn) return undefined
    const asked = client.send(new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn }))
    return (await ifThere(asked))?.infrastructureConfiguration?.instanceTypes?.[0]
  })
  return types.filter((type) => type !== undefined)
}

export const capacityChecks = [reserved, vcpus]
