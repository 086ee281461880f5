import type { Fleet } from '../../domain/fleet/model.ts'
import { channels, publishRoleName, resourceName, upstreamRoleName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import type { Ledger } from '../ledger.ts'
import type { Notifications } from '../notifications.ts'
import type { Permission } from '../permissions.ts'
import {
  adoptedPipelines,
  parameterAccounts,
  reachesOrganization,
  targetAccounts,
  upstreamParameters,
} from '../targets.ts'

export interface GrantContext {
  fleet: Fleet
  arns: Arns
  ledger: Ledger
  notifications: Notifications
  /** The ARN of the role that Image Builder bakes with. */
  bakeRole: string
}

/** What several functions get and may do. */
export function grantsIn({ fleet, arns, ledger, notifications }: GrantContext) {
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
  const images = (...actions: string[]): Permission =>
    adoptedPipelines(fleet).length > 0
      ? {
          actions,
          resources: [arns.image('*')],
          why: 'The ARN of an image has the name of its recipe, and the recipes of pipelines that were there before have names of their own.',
        }
      : {
          actions,
          resources: [arns.image(named('*'))],
          why: 'The images of this fleet; Image Builder gives each build its number.',
        }
  const resume = (...outcomes: ('Success' | 'Failure')[]): Permission => ({
    actions: outcomes.map((outcome) => `states:SendTask${outcome}`),
    resources: [machine('rebake')],
  })
  const listFindings: Permission = {
    actions: ['inspector2:ListFindings'],
    resources: ['*'],
    why: 'Image Builder reads findings with the permission of its caller; inspector2:ListFindings knows no resources.',
  }
  const publishers = reachesOrganization(fleet) ? ['*'] : targetAccounts(fleet)
  const assumePublisher: Permission = {
    actions: ['sts:AssumeRole'],
    resources: publishers.map((account) => arns.role(publishRoleName(fleet.name), account)),
    ...(reachesOrganization(fleet) && {
      why: 'Accounts of the organization come and go; the role there trusts this fleet only.',
    }),
  }
  const changeClaims = [ledger.allow('GetItem', 'PutItem', 'UpdateItem'), resume('Success', 'Failure')]
  const parameters = upstreamParameters(fleet).map(({ name }) => name)
  return {
    named,
    machine,
    table: { LEDGER_TABLE: ledger.tableName },
    topic: topicVariables(fleet, notifications.topicArn),
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
    movePointers: [pointers('ssm:GetParameters', 'ssm:PutParameter', 'ssm:GetParameterHistory'), describeImages],
    /** Where no good release is left to point to. What recipes name, the parent, is never deleted. */
    deletePointers: {
      actions: ['ssm:DeleteParameter'],
      resources: channels.map((channel) => arns.parameter(`/${fleet.name}/images/*/${channel}`)),
      why: 'The channels of every image of this fleet.',
    } satisfies Permission,
    /** What a scan found in an image, and what is installed. */
    readContents: [
      images('imagebuilder:GetImage', 'imagebuilder:ListImageScanFindings', 'imagebuilder:ListImagePackages'),
      listFindings,
    ],
    listFindings,
    /** Each ring's alarm is asked before the next begins, and the last one's before the image is stable. */
    askAlarms: (of: 'last' | 'others') => {
      const rings = Object.values(fleet.images).flatMap((image) =>
        of === 'last' ? image.rings.slice(-1) : image.rings.slice(0, -1),
      )
      return askAlarms(fleet, rings, assumePublisher)
    },
    closeRebake: [
      ...changeClaims,
      ledger.allow('Query'),
      ...notifications.allowPublish(),
      { actions: ['events:PutEvents'], resources: [arns.defaultBus] },
    ],
    startCampaign: { actions: ['states:StartExecution'], resources: [machine('campaign')] },
    assumePublisher,
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
              resources: parameterAccounts(fleet).map((account) => arns.role(upstreamRoleName(fleet.name), account)),
            },
          ]
        : []),
    ] satisfies Permission[],
  }
}

/** Alarms of rings, here or in a target account. */
function askAlarms({ rings, build }: Fleet, of: string[], assumePublisher: Permission): Permission[] {
  const accounts = of.flatMap((ring) => rings[ring]?.alarm?.split(':')[4] ?? [])
  return [
    ...(accounts.includes(build.account)
      ? [
          {
            actions: ['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'],
            resources: ['*'],
            why: 'CloudWatch tells of composite alarms to those only who may read all alarms.',
          },
        ]
      : []),
    ...(accounts.some((account) => account !== build.account) ? [assumePublisher] : []),
  ]
}

export type Grants = ReturnType<typeof grantsIn>

/** Of functions that send messages. */
function topicVariables({ notify }: Fleet, topicArn: string): Record<string, string> {
  const variables: Record<string, string> = { TOPIC_ARN: topicArn }
  if (notify.runFrom !== undefined) variables.RUN_FROM = notify.runFrom
  return variables
}
