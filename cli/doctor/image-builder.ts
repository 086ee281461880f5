import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { BatchGetAccountStatusCommand, Inspector2Client } from '@aws-sdk/client-inspector2'
import { compare, otherPipelines } from '../check/api.ts'
import { count, list } from '../render/text.ts'
import { type Check, fail, ifThere, info, unknown, warning } from './check.ts'

const pipelines: Check = {
  name: 'pipelines',
  group: 'Image Builder',
  permissions: [
    'imagebuilder:GetImagePipeline',
    'imagebuilder:GetImageRecipe',
    'imagebuilder:GetDistributionConfiguration',
    'imagebuilder:GetComponent',
    'imagebuilder:GetImage',
    'imagebuilder:GetWorkflow',
    'imagebuilder:ListComponents',
    'imagebuilder:ListImagePipelineImages',
    'imagebuilder:ListImagePipelines',
    'ec2:DescribeImages',
    'ec2:DescribeSnapshots',
    'ec2:GetEbsDefaultKmsKeyId',
    'ec2:GetEbsEncryptionByDefault',
    'kms:DescribeKey',
    'kms:GetKeyPolicy',
    'ssm:GetParameter',
    'iam:GetRole',
  ],
  async *examine({ deployment }) {
    const compared = await compare(deployment)
    for (const { image, adopted, pipeline, problems, warnings, unchecked } of compared) {
      const fix = adopted
        ? 'Change the pipeline, which its team keeps.'
        : 'Deploy the fleet (npm run deploy); what was changed manually since, change back: aws imagebuilder update-image-pipeline.'
      for (const problem of problems) yield fail(`${image}, pipeline ${pipeline}: ${problem}`, fix)
      for (const each of warnings) yield warning(`${image}, pipeline ${pipeline}: ${each}`, fix)
      for (const each of unchecked) yield unknown(`${image}: could not look at ${each.what}`, `It needs ${each.needs}.`)
    }
    if (compared.some(({ unchecked }) => unchecked.length > 0)) return
    const others = await otherPipelines(deployment)
    if ('needs' in others) yield unknown('could not look which other pipelines there are', `It needs ${others.needs}.`)
    else yield info([count(compared.length, 'pipeline'), ...strangers(others.names)].join('; '))
  },
}

const strangers = (names: readonly string[]) => (names.length === 0 ? [] : [`not in the fleet: ${list(names, 5)}`])

const serviceRole = 'AWSServiceRoleForImageBuilder'

const serviceLinkedRole: Check = {
  name: 'the service-linked role of Image Builder',
  group: 'Image Builder',
  permissions: ['iam:GetRole'],
  async *examine({ config }) {
    const role = await ifThere(new IAMClient(config).send(new GetRoleCommand({ RoleName: serviceRole })))
    if (!role)
      yield fail(
        `there is no role ${serviceRole}: no bake starts`,
        'Create it: aws iam create-service-linked-role --aws-service-name imagebuilder.amazonaws.com',
      )
  },
}

const inspector: Check = {
  name: 'Amazon Inspector',
  group: 'Image Builder',
  beforeDeploy: true,
  permissions: ['inspector2:BatchGetAccountStatus'],
  async *examine({ fleet, config }) {
    // Of a pipeline that was there before, only a check says that it takes findings.
    const scanned = Object.values(fleet.images).filter(
      ({ scanning, pipeline, checks }) => scanning || (pipeline && (checks.vulnerabilities || fleet.cves)),
    ).length
    if (scanned === 0) {
      yield info('no image is scanned')
      return
    }
    const { account, region } = fleet.build
    const ask = new BatchGetAccountStatusCommand({ accountIds: [account] })
    const { accounts = [] } = await new Inspector2Client(config).send(ask)
    const status = accounts[0]?.resourceState?.ec2?.status ?? 'unknown'
    if (status === 'ENABLING') yield warning('scanning of EC2 is being enabled', 'Look again in a few minutes.')
    else if (status !== 'ENABLED')
      yield fail(
        `scanning of EC2 is ${status} in ${account} ${region}, and ${scanned === 1 ? 'one image is' : `${scanned} images are`} to be scanned`,
        `Enable it: aws inspector2 enable --resource-types EC2 --account-ids ${account}`,
      )
  },
}

export const imageBuilderChecks = [pipelines, serviceLinkedRole, inspector]
