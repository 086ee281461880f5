import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { Ami } from './ami-store.ts'
import { tagContext } from './ec2-permissions.ts'
import type { InstanceProfile } from './instances.ts'
import type { Context, Permission } from './types.ts'

/**
 * What it takes to launch: the right for each thing that there is then or that is used, to tag what is tagged, to hand on
 * the instance's role, and to use the keys of encrypted volumes. (Without these EC2 would launch and lose the instance
 * at once; here it refuses.)
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function toRun(
  input: RunInstancesRequest,
  { account, region }: Context,
  { ami, profile }: { ami: Ami | undefined; profile: InstanceProfile | undefined },
): Permission[] {
  const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`
  const run = (resource: string, context: Record<string, string> = {}): Permission => ({
    action: 'ec2:RunInstances',
    resource,
    context,
  })
  const tagsOn = (type: string) => (input.TagSpecifications ?? []).filter(({ ResourceType }) => ResourceType === type)
  const requested = (type: string) =>
    tagContext(
      'aws:RequestTag',
      tagsOn(type).flatMap(({ Tags }) => Tags ?? []),
    )
  const tagged = (['instance', 'volume'] as const).filter((type) => tagsOn(type).length > 0)
  return [
    run(arn('instance/*'), {
      ...requested('instance'),
      ...(profile && { 'ec2:InstanceProfile': profile.arn }),
      'ec2:MetadataHttpTokens': input.MetadataOptions?.HttpTokens ?? 'optional',
      'ec2:InstanceType': input.InstanceType ?? '',
    }),
    run(arn('volume/*'), requested('volume')),
    run(arn('network-interface/*')),
    run(arn(`subnet/${input.SubnetId ?? 'subnet-0123456789abcdef0'}`)),
    ...(input.SecurityGroupIds ?? []).map((id) => run(arn(`security-group/${id}`))),
    ...(ami ? [run(`arn:aws:ec2:${region}::image/${ami.image.ImageId}`, { 'ec2:Owner': ami.image.OwnerId })] : []),
    ...tagged.map((type) => ({
      action: 'ec2:CreateTags',
      resource: arn(`${type}/*`),
      context: { ...requested(type), 'ec2:CreateAction': 'RunInstances' },
    })),
    ...(profile
      ? [
          {
            action: 'iam:PassRole',
            resource: profile.roleArn,
            context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
          },
        ]
      : []),
    ...keysOf(ami).flatMap((key) => toUse(key, region)),
  ]
}

const keysOf = (ami: Ami | undefined): string[] => [
  ...new Set(
    (ami?.image.BlockDeviceMappings ?? []).flatMap(({ Ebs: ebs }) =>
      ebs?.Encrypted && ebs.KmsKeyId?.startsWith('arn:') ? [ebs.KmsKeyId] : [],
    ),
  ),
]

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
function toUse(key: string, region: string): Permission[] {
  const context = { 'kms:ViaService': `ec2.${region}.amazonaws.com` }
  return [
    { action: 'kms:Decrypt', resource: key, context },
    { action: 'kms:GenerateDataKeyWithoutPlaintext', resource: key, context },
    {
      action: 'kms:CreateGrant',
      resource: key,
      context: { ...context, 'kms:GrantIsForAWSResource': 'true' },
    },
  ]
}
