import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, jsonOption, type OptionsOf } from '../options/options.ts'

/** By service: what the checks name, and a test holds the two together. */
const permissions: Record<string, string> = {
  dynamodb: 'DescribeTable, GetItem, Query',
  ec2: 'DescribeImages, DescribeInstanceTypeOfferings, DescribeInstanceTypes, DescribeKeyPairs, DescribeRegions, DescribeSecurityGroups, DescribeSnapshots, DescribeSubnets, GetAllowedImagesSettings, GetEbsDefaultKmsKeyId, GetEbsEncryptionByDefault',
  events: 'DescribeEventBus, DescribeRule, ListRuleNamesByTarget, ListTargetsByRule',
  iam: 'GetPolicy, GetRole',
  imagebuilder:
    'GetComponent, GetDistributionConfiguration, GetImage, GetImagePipeline, GetImageRecipe, GetInfrastructureConfiguration, GetWorkflow, ListComponents, ListImagePipelineImages, ListImagePipelines',
  inspector2: 'BatchGetAccountStatus',
  kms: 'DescribeKey, GetKeyPolicy, ListGrants',
  lambda:
    'GetAccountSettings, GetFunctionConfiguration, GetPolicy (of functions that subscribe), InvokeFunction (of examine-accounts)',
  logs: 'DescribeLogGroups',
  scheduler: 'GetSchedule',
  secretsmanager: 'GetSecretValue (of the Slack channels)',
  servicequotas: 'GetAWSDefaultServiceQuota, GetServiceQuota',
  sns: 'GetTopicAttributes, ListSubscriptionsByTopic',
  sqs: 'GetQueueAttributes, GetQueueUrl',
  ssm: 'GetParameter, GetParameters, GetParameterHistory',
  states: 'DescribeStateMachine',
}

const permissionLines = Object.entries(permissions).map(([service, actions]) => `  ${service.padEnd(14)}  ${actions}`)

const declaration = () =>
  new Command('doctor')
    .summary('examine what the fleet depends on in AWS')
    .description(
      'Examines what the fleet depends on, before its first campaign and on any day after: that it is deployed as the ' +
        'file says, roles and regions in every target account, upstreams, keys and their policies, quotas, event rules, ' +
        'parameters and the AMIs that they hold, subscriptions and secrets, pipelines, schedules. It says of each what is ' +
        'wrong and how to fix it, and changes nothing. Target accounts are looked at by a function of the build ' +
        'account, with the very role that campaigns use. What your AWS credentials may not look at is reported as such, and ' +
        'is no pass. Exit code 1: something failed, or could not be looked at.',
    )
    .option(...fleetOption)
    .option(...endpointOption)
    .option(...jsonOption('print what was found as one JSON document'))
    .addHelpText(
      'after',
      examples(
        'rebake doctor',
        'rebake doctor --fleet teams/payments.yaml --json',
        'rebake doctor --endpoint-url http://127.0.0.1:4566',
      ),
    )
    .addHelpText('after', ['', 'It takes these permissions:', ...permissionLines].join('\n'))

export type DoctorOptions = OptionsOf<typeof declaration>

export const doctorCommand = () => declaration().action(async (options) => (await import('./run.ts')).doctor(options))
