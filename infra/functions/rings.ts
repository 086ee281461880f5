import type { Fleet } from '../../domain/fleet/model.ts'
import type { Permission } from '../permissions.ts'
import { namedKeys, targetRegions, upstreamAccounts } from '../targets.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions that take a validated image through its rings, and those that end a rebake. */
export const ringFunctions = ({ fleet, arns, ledger, notifications }: GrantContext, grants: Grants) => {
  const { named, table, topic, concurrency, fleetName, images, closeRebake, assumePublisher } = grants
  const passDistributionRole: Permission = {
    actions: ['iam:PassRole'],
    resources: [arns.role(named('distribution'))],
    conditions: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
  }
  return {
    'start-distribution': {
      description:
        'Starts the distribution of an image to one ring, unless a freeze, a window, an alarm or an approval forbids it',
      timeout: 120,
      environment: { ...table, ...topic, DISTRIBUTION_ROLE_ARN: arns.role(named('distribution')) },
      permissions: [
        // DistributeImage reads the image and the configuration with its caller's permissions.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
        images('imagebuilder:DistributeImage', 'imagebuilder:GetImage', 'imagebuilder:TagResource'),
        {
          actions: ['Create', 'Update', 'Get'].map((verb) => `imagebuilder:${verb}DistributionConfiguration`),
          resources: [arns.distribution(named('*'))],
          why: 'The distribution configurations of this fleet: one for each image and ring, or several.',
        },
        // It looks for the source AMI, too.
        grants.describeImages,
        ...listAccounts(fleet, arns.partition),
        ...grants.askAlarms('others'),
        ...namesOfKeys(fleet, arns.partition),
        passDistributionRole,
        ledger.allow('GetItem', 'PutItem', 'UpdateItem'),
        ...notifications.allowPublish(),
      ],
    },
    'request-approval': {
      description: 'Asks people whether an image may go to a ring, with what changed',
      timeout: 120,
      environment: { ...table, ...topic },
      permissions: [
        ledger.allow('GetItem', 'PutItem', 'UpdateItem'),
        grants.resume('Success', 'Failure'),
        ...notifications.allowPublish(),
        ...grants.readContents,
      ],
    },
    'answer-approval': {
      description: 'Takes the answer of somebody who may approve',
      environment: table,
      permissions: [ledger.allow('GetItem', 'UpdateItem'), grants.resume('Success', 'Failure')],
    },
    'retry-distribution': {
      description: 'Has Image Builder copy again what failed',
      environment: { ...table, DISTRIBUTION_ROLE_ARN: arns.role(named('distribution')) },
      permissions: [
        images(
          'imagebuilder:RetryImage',
          'imagebuilder:DistributeImage',
          'imagebuilder:GetImage',
          'imagebuilder:TagResource',
        ),
        {
          actions: ['imagebuilder:GetDistributionConfiguration'],
          resources: [arns.distribution(named('*'))],
          why: 'What Image Builder does not retry is distributed again, as its configuration says.',
        },
        // DistributeImage looks for the source AMI, too.
        grants.describeImages,
        passDistributionRole,
        ledger.allow('GetItem', 'UpdateItem'),
      ],
    },
    'verify-distribution': {
      description: 'Looks for the copied AMI in every account and region of a ring',
      timeout: 300,
      environment: { ...table, ...fleetName, UPSTREAM_ACCOUNTS: upstreamAccounts(fleet).join() },
      permissions: [
        images('imagebuilder:GetImage'),
        assumePublisher,
        ledger.allow('GetItem', 'UpdateItem'),
        ...keysOfTheBuildAccount(fleet),
      ],
    },
    'publish-pointers': {
      description:
        'Points the SSM parameters of every target to its own copy of the AMI, ring by ring, and its channels',
      timeout: 600,
      environment: { ...table, ...fleetName },
      permissions: [assumePublisher, ledger.allow('GetItem', 'UpdateItem', 'Query'), ...grants.askAlarms('last')],
    },
    'release-image': {
      description: 'Moves stable and previous once an image is through its last ring, and announces it',
      environment: { ...table, ...topic, ...fleetName, ...concurrency },
      permissions: [...grants.movePointers, grants.deletePointers, ...closeRebake, ...grants.readContents],
    },
    'fail-rebake': {
      description: 'Records and announces a rebake that failed, and frees its claims',
      environment: { ...table, ...topic, ...concurrency },
      permissions: [...closeRebake, images('imagebuilder:GetImage')],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}

/** Only a ring of accounts that nobody lists has them looked up. */
export function listAccounts(fleet: Fleet, partition: string): Permission[] {
  const rings = Object.values(fleet.rings)
  const units = rings.some(({ organizationalUnits }) => organizationalUnits.length > 0)
  return [
    ...(units
      ? [
          {
            actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
            resources: [`arn:${partition}:organizations::*:ou/${fleet.organization}/ou-*`],
            why: 'Units of the organization, and the units below them, in whichever account manages it.',
          },
        ]
      : []),
    ...(rings.some(({ organization }) => organization)
      ? [
          {
            actions: ['organizations:ListAccounts'],
            resources: ['*'],
            why: 'organizations:ListAccounts knows no resources.',
          },
        ]
      : []),
  ]
}

/** Finds out which key an alias stands for: the fleet's own has one in every region. */
function namesOfKeys(fleet: Fleet, partition: string): Permission[] {
  const aliases = namedKeys(fleet).filter((arn) => arn.includes(':alias/') && !arn.includes('{account}'))
  const places = [
    ...targetRegions(fleet).map((region) => `${region}:${fleet.build.account}`),
    ...aliases.map((arn) => arn.split(':').slice(3, 5).join(':')),
  ]
  return [
    {
      actions: ['kms:DescribeKey'],
      resources: [...new Set(places)].map((place) => `arn:${partition}:kms:${place}:key/*`),
      why: 'IAM knows keys by their ids only, and an alias is asked which key it stands for.',
    },
  ]
}

/** What is shared is the build account's own, and so is the key that encrypts it. */
const keysOfTheBuildAccount = ({ rings }: Fleet): Permission[] =>
  Object.values(rings).some(({ mode }) => mode === 'share')
    ? [
        {
          actions: ['ec2:DescribeSnapshots'],
          resources: ['*'],
          why: 'ec2:DescribeSnapshots knows no resources.',
        },
      ]
    : []
