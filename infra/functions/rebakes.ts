import { upstreamAccounts } from '../targets.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { Grants, Surroundings } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions that take one image from its claim to its release. */
export const rebakeFunctions = ({ fleet, arns, ledger, notifications }: Surroundings, grants: Grants) => {
  const { named, table, topic, concurrency, fleetName, images, changeClaims, closeRebake, assumePublisher } =
    grants
  return {
    'claim-image': {
      description: 'Takes the turn of an image, to be baked or rolled out, or queues for it',
      environment: { ...table, ...concurrency, SUPERSEDE: fleet.supersede },
      permissions: [...changeClaims, ...cancelOlder(fleet.supersede, images)],
    },
    'start-bake': {
      description: 'Starts the Image Builder pipeline of an image, unless a freeze or a window forbids it',
      environment: { ...table, ...topic, ...concurrency },
      permissions: [
        ...changeClaims,
        ...notifications.allowPublish(),
        {
          actions: ['imagebuilder:StartImagePipelineExecution'],
          resources: [arns.pipeline(named('*'))],
          why: 'The pipelines of this fleet.',
        },
        images('imagebuilder:TagResource'),
        ...cancelOlder(fleet.supersede, images),
      ],
    },
    'resume-wait': {
      description: 'Hands the final state of an Image Builder image to the task that waits for it',
      asynchronous: true,
      environment: table,
      permissions: [ledger.allow('UpdateItem'), grants.resume('Success')],
    },
    'validate-image': {
      description: 'Checks a baked AMI before it may leave the build account',
      environment: table,
      permissions: [grants.describeImages, ledger.allow('GetItem', 'UpdateItem')],
    },
    'mark-candidate': {
      description: 'Points the candidate of an image to its validated AMI and frees its turn to bake',
      environment: { ...table, ...fleetName, ...concurrency },
      permissions: [...grants.movePointers, ...changeClaims],
    },
    'start-distribution': {
      description: 'Starts the distribution of an image to one ring, unless a freeze or a window forbids it',
      environment: { ...table, ...topic, DISTRIBUTION_ROLE_ARN: arns.role(named('distribution')) },
      permissions: [
        // DistributeImage reads the image and the configuration with its caller's permissions.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
        images('imagebuilder:DistributeImage', 'imagebuilder:GetImage', 'imagebuilder:TagResource'),
        {
          actions: ['imagebuilder:GetDistributionConfiguration'],
          resources: [arns.distribution(named('*'))],
          why: 'The distribution configurations of this fleet: one for each image and ring.',
        },
        {
          actions: ['iam:PassRole'],
          resources: [arns.role(named('distribution'))],
          conditions: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
        },
        ledger.allow('GetItem', 'PutItem', 'UpdateItem'),
        ...notifications.allowPublish(),
      ],
    },
    'verify-distribution': {
      description: 'Looks for the copied AMI in every account and region of a ring',
      timeout: 120,
      environment: { ...table, ...fleetName, UPSTREAM_ACCOUNTS: upstreamAccounts(fleet).join() },
      permissions: [images('imagebuilder:GetImage'), assumePublisher, ledger.allow('GetItem', 'UpdateItem')],
    },
    'publish-pointers': {
      description: 'Points the SSM parameter of every target of a ring to its own copy of the AMI',
      timeout: 120,
      environment: { ...table, ...fleetName },
      permissions: [assumePublisher, ledger.allow('GetItem')],
    },
    'release-image': {
      description: 'Moves stable and previous once an image is through its last ring, and announces it',
      environment: { ...table, ...topic, ...fleetName, ...concurrency },
      permissions: [grants.pointers('ssm:GetParameters'), ...grants.movePointers, ...closeRebake],
    },
    'fail-rebake': {
      description: 'Records and announces a rebake that failed, and frees its claims',
      environment: { ...table, ...topic, ...concurrency },
      permissions: closeRebake,
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}

/** Only a fleet that says so cancels the bakes of older campaigns. */
const cancelOlder = (supersede: string, images: Grants['images']) =>
  supersede === 'cancel' ? [images('imagebuilder:CancelImageCreation')] : []
