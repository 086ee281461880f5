import type { Fleet } from '../../domain/fleet/model.ts'
import { publishRoleName, resourceName, upstreamRoleName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import type { Ledger } from '../ledger.ts'
import type { Notifications } from '../notifications.ts'
import type { Permission } from '../permissions.ts'
import { parameterAccounts, targetAccounts } from '../targets.ts'

export interface Surroundings {
  fleet: Fleet
  arns: Arns
  ledger: Ledger
  notifications: Notifications
}

/** What several functions are told and may do. */
export function grantsIn({ fleet, arns, ledger, notifications }: Surroundings) {
  const named = (key: string) => resourceName(fleet.name, key)
  const machine = (name: string) => arns.stateMachine(named(name))
  const describeImages: Permission = {
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
    why: 'ec2:DescribeImages knows no resources.',
  }
  const pointers = (...actions: string[]): Permission => ({
    actions,
    resources: [arns.parameter(`/${fleet.name}/images/*`)],
    why: 'The pointers of every image of this fleet.',
  })
  const images = (...actions: string[]): Permission => ({
    actions,
    resources: [arns.image(named('*'))],
    why: 'The images of this fleet; Image Builder gives each build its number.',
  })
  const resume = (...outcomes: ('Success' | 'Failure')[]): Permission => ({
    actions: outcomes.map((outcome) => `states:SendTask${outcome}`),
    resources: [machine('rebake')],
  })
  const changeClaims = [ledger.allow('GetItem', 'PutItem', 'UpdateItem'), resume('Success', 'Failure')]
  const parameters = Object.values(fleet.upstreams).flatMap(({ parameter }) => parameter?.name ?? [])
  return {
    named,
    machine,
    table: { LEDGER_TABLE: ledger.tableName },
    topic: { TOPIC_ARN: notifications.topicArn },
    concurrency: { CONCURRENT_BAKES: String(fleet.concurrentBakes) },
    fleetName: { FLEET_NAME: fleet.name },
    imageBuilder: { IMAGE_BUILDER_ARN_PREFIX: arns.imageBuilderPrefix },
    campaign: { CAMPAIGN_STATE_MACHINE_ARN: machine('campaign') },

    describeImages,
    pointers,
    images,
    resume,
    changeClaims,
    // Parameter Store looks for the AMI with its caller's permission when a parameter is of type aws:ec2:image.
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
    movePointers: [pointers('ssm:PutParameter'), describeImages],
    closeRebake: [
      ...changeClaims,
      ledger.allow('Query'),
      ...notifications.allowPublish(),
      { actions: ['events:PutEvents'], resources: [arns.defaultBus] },
    ],
    startCampaign: { actions: ['states:StartExecution'], resources: [machine('campaign')] },
    assumePublisher: {
      actions: ['sts:AssumeRole'],
      resources: targetAccounts(fleet).map((account) => arns.role(publishRoleName(fleet.name), account)),
    },
    /** Looking at upstreams: their AMIs, and the parameters that name them, here or in their own account. */
    readUpstreams: [
      describeImages,
      ...(parameters.length > 0
        ? [
            {
              actions: ['ssm:GetParameter'],
              resources: parameters.map((name) => arns.anyParameter(name)),
            },
          ]
        : []),
      ...(parameterAccounts(fleet).length > 0
        ? [
            {
              actions: ['sts:AssumeRole'],
              resources: parameterAccounts(fleet).map((account) =>
                arns.role(upstreamRoleName(fleet.name), account),
              ),
            },
          ]
        : []),
    ] satisfies Permission[],
  }
}

export type Grants = ReturnType<typeof grantsIn>
