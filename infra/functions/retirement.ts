import { madeByImageBuilder, type Permission } from '../permissions.ts'
import { readUsesPermissions, withdrawAmis } from '../withdrawal.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions that withdraw AMIs: deprecate them, disable them and remove them, wherever they are. */
export const retirementFunctions = ({ fleet, arns, ledger, notifications }: GrantContext, grants: Grants) => {
  const { table, topic } = grants
  const readUses: Permission[] = [
    grants.assumePublisher,
    ...readUsesPermissions([`arn:${arns.partition}:ssm:*:${fleet.build.account}:parameter/*`]),
  ]
  const parts = [arns.recipe(grants.named('*')), arns.component(grants.named('*'))]
  const ofFleet = 'The recipes and components of this fleet, with their versions.'
  return {
    'plan-revocation': {
      description: 'Decides what a revocation does, revokes it, and shows people beforehand what they would do',
      timeout: 300,
      environment: table,
      permissions: [ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'), ...readUses],
    },
    'close-revocation': {
      description: 'Has baked again what a revocation has taken away, records it and announces it',
      environment: { ...table, ...topic, ...grants.campaign },
      permissions: [
        ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        grants.startCampaign,
        ...notifications.allowPublish(),
      ],
    },
    'start-retirement': {
      description: 'Starts the run of retirement whose time has come',
      asynchronous: true,
      environment: { RETIRE_STATE_MACHINE_ARN: grants.machine('retire') },
      permissions: [{ actions: ['states:StartExecution'], resources: [grants.machine('retire')] }],
    },
    'plan-retirement': {
      description: 'Decides which old AMIs are deprecated and removed, and tells people before anything is done',
      timeout: 900,
      environment: { ...table, ...topic },
      permissions: [
        ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        ...notifications.allowPublish(),
        ...readUses,
        grants.describeImages,
        grants.images('imagebuilder:GetImage'),
        {
          actions: ['imagebuilder:ListDistributionConfigurations', 'imagebuilder:ListImageRecipes'],
          resources: ['*'],
          why: 'Lists know no resources.',
        },
        {
          actions: ['imagebuilder:GetImageRecipe', 'imagebuilder:ListComponentBuildVersions'],
          resources: parts,
          why: ofFleet,
        },
      ],
    },
    'withdraw-amis': {
      description: 'Deprecates, disables and removes AMIs of one account and region that nothing uses',
      timeout: 900,
      environment: table,
      permissions: [
        ledger.allow('GetItem', 'UpdateItem'),
        grants.describeImages,
        { actions: ['ec2:DescribeSnapshots'], resources: ['*'], why: 'ec2:DescribeSnapshots knows no resources.' },
        ...readUses,
        ...withdrawAmis({ images: [arns.anyImage], snapshots: [arns.anySnapshot] }, madeByImageBuilder),
      ],
    },
    'remove-leftovers': {
      description: 'Removes what Image Builder keeps of AMIs that are gone: images and distribution configurations',
      timeout: 900,
      environment: table,
      permissions: [
        ledger.allow('GetItem', 'UpdateItem', 'Query'),
        grants.images('imagebuilder:DeleteImage'),
        {
          actions: ['imagebuilder:DeleteDistributionConfiguration'],
          resources: [arns.distribution(grants.named('*'))],
          why: 'The distribution configurations of this fleet: one for each image and ring, or several.',
        },
        {
          actions: ['imagebuilder:DeleteImageRecipe', 'imagebuilder:DeleteComponent'],
          resources: parts,
          why: ofFleet,
        },
      ],
    },
    'close-retirement': {
      description: 'Records which releases are deprecated or gone everywhere, and tells what is not',
      environment: { ...table, ...topic },
      permissions: [ledger.allow('GetItem', 'UpdateItem', 'Query', 'DeleteItem'), ...notifications.allowPublish()],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}
