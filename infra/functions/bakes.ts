import type { Fleet } from '../../domain/fleet/model.ts'
import { configurationNames } from '../../domain/fleet/network.ts'
import { resourceName, smokeName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import { allowChecks } from '../check-kinds.ts'
import type { Permission } from '../permissions.ts'
import { adoptedPipelines } from '../targets.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions that take one image from its claim to a candidate. */
export const bakeFunctions = ({ fleet, arns, ledger, notifications, bakeRole }: GrantContext, grants: Grants) => {
  const { table, topic, concurrency, fleetName, images, changeClaims } = grants
  return {
    'acquire-lock': {
      description: 'Takes the lock of an image, to be baked or rolled out, or queues for it',
      environment: { ...table, ...concurrency, SUPERSEDE: fleet.supersede },
      permissions: [...changeClaims, ...cancelOlder(fleet.supersede, images)],
    },
    'start-bake': {
      description: 'Pins the parent of an image and starts its pipeline, unless a freeze or a window forbids it',
      environment: { ...table, ...topic, ...concurrency },
      permissions: [
        ...changeClaims,
        ...notifications.allowPublish(),
        ...startPipelines(fleet, arns),
        images('imagebuilder:TagResource'),
        ...bakeElsewhere(fleet, arns, bakeRole),
        {
          actions: ['ssm:PutParameter', 'ssm:GetParameterHistory'],
          resources: [arns.parameter(`/${fleet.name}/images/*/parent`)],
          why: 'The parent of every image of this fleet.',
        },
        ...readParents(arns),
        ...moveParents(fleet, arns),
        ...cancelOlder(fleet.supersede, images),
      ],
    },
    'complete-wait': {
      description: 'Hands what has ended to the task that waits for it: a build, a copy, a scan, a smoke test',
      asynchronous: true,
      environment: table,
      permissions: [ledger.allow('UpdateItem'), grants.resume('Success', 'Failure')],
    },
    'run-check': {
      description: 'Makes one check of a baked AMI before it may leave the build account, and keeps the evidence',
      timeout: 900,
      environment: { ...table, SMOKE_DOCUMENT: smokeName(fleet.name) },
      permissions: [
        ledger.allow('GetItem', 'UpdateItem'),
        grants.resume('Success', 'Failure'),
        ...allowChecks({ fleet, arns, ledger, grants }),
      ],
    },
    'mark-candidate': {
      description: 'Points the candidate of an image to its validated AMI and frees its bake lock',
      environment: { ...table, ...topic, ...fleetName, ...concurrency },
      permissions: [...grants.movePointers, ...changeClaims, ...notifications.allowPublish()],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}

/** Only a fleet that says so cancels the bakes of older campaigns. */
const cancelOlder = (supersede: string, images: Grants['images']) =>
  supersede === 'cancel' ? [images('imagebuilder:CancelImageCreation')] : []

/** AWS's own policy for starting pipelines tags the pipeline, though the image has the tags; a start reads the pipeline. */
const startPipelines = (fleet: Fleet, arns: Arns): Permission[] => [
  {
    actions: ['StartImagePipelineExecution', 'GetImagePipeline', 'TagResource'].map((name) => `imagebuilder:${name}`),
    resources: [arns.pipeline(resourceName(fleet.name, '*'))],
    why: 'The pipelines of this fleet.',
  },
]

/** What the AMI is that an image is to be baked on, and which keys its volumes would have. */
const readParents = (arns: Arns): Permission[] => [
  {
    actions: ['DescribeImages', 'DescribeSnapshots', 'GetEbsEncryptionByDefault', 'GetEbsDefaultKmsKeyId'].map(
      (name) => `ec2:${name}`,
    ),
    resources: ['*'],
    why: 'These know no resources.',
  },
  {
    actions: ['kms:DescribeKey'],
    resources: [arns.keys()],
    why: "Volumes of a parent may have any key of the account, and the account's default is anybody's choice.",
  },
]

/**
 * The same bake in another subnet, where a network has some: an image of the same recipe, with another infrastructure configuration.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
 */
function bakeElsewhere(fleet: Fleet, arns: Arns, bakeRole: string): Permission[] {
  const further = Object.keys(fleet.infrastructure).flatMap((key) => configurationNames(fleet, key).slice(1))
  if (further.length === 0) return []
  const own = resourceName(fleet.name, '*')
  return [
    {
      actions: ['imagebuilder:CreateImage', 'imagebuilder:GetImage'],
      resources: [arns.image(own)],
      why: 'The images of this fleet; Image Builder gives each build its number.',
    },
    {
      actions: ['imagebuilder:GetImageRecipe', 'imagebuilder:GetInfrastructureConfiguration'],
      resources: [arns.recipe(own), arns.infrastructure(own)],
      why: 'The recipes of this fleet, in every version, and its infrastructure configurations.',
    },
    ...readWorkflows(fleet, arns),
    {
      actions: ['iam:PassRole'],
      resources: [bakeRole],
      conditions: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
    },
  ]
}

/** A request that names workflows reads them. */
function readWorkflows(fleet: Fleet, arns: Arns): Permission[] {
  const workflows = Object.values(fleet.workflows)
  if (workflows.length === 0) return []
  return [
    {
      actions: ['imagebuilder:GetWorkflow'],
      resources: [
        arns.workflow(resourceName(fleet.name, '*')),
        ...workflows.flatMap((workflow) => ('arn' in workflow ? [workflow.arn] : [])),
      ],
      why: 'The workflows of this fleet, in every version.',
    },
  ]
}

/**
 * A pipeline that was there before, whose recipe pins its parent, gets the next version of it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
 */
function moveParents(fleet: Fleet, arns: Arns): Permission[] {
  const pipelines = adoptedPipelines(fleet)
  if (pipelines.length === 0) return []
  const images = Object.values(fleet.images)
  const why = 'The names of what a pipeline that was there before is made of are its own.'
  const list = (...actions: string[]): Permission => ({
    actions,
    resources: ['*'],
    why: 'Lists know no resources.',
  })
  return [
    {
      // One statement, as their ARNs are what most of the policy is made of.
      actions: ['StartImagePipelineExecution', 'GetImagePipeline', 'UpdateImagePipeline', 'TagResource'].map(
        (name) => `imagebuilder:${name}`,
      ),
      resources: pipelines,
    },
    {
      actions: ['GetImageRecipe', 'CreateImageRecipe', 'TagResource'].map((name) => `imagebuilder:${name}`),
      resources: [arns.recipe('*')],
      why,
    },
    {
      actions: ['GetComponent', 'GetWorkflow'].map((name) => `imagebuilder:${name}`),
      resources: [arns.anybodys('component'), arns.anybodys('workflow')],
      why: "Components and workflows of the pipeline may be AWS's, or shared by other accounts.",
    },
    {
      actions: ['Infrastructure', 'Distribution'].map((kind) => `imagebuilder:Get${kind}Configuration`),
      resources: [arns.infrastructure('*'), arns.distribution('*')],
      why,
    },
    list('imagebuilder:ListImageRecipes'),
    {
      actions: ['iam:PassRole'],
      resources: [arns.role('*')],
      conditions: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
      why: 'The role of the pipeline goes with it when it is updated; its name is not known here.',
    },
    ...(images.some(({ componentUpdates }) => componentUpdates === 'latest')
      ? [
          list('imagebuilder:ListComponents'),
          { actions: ['ssm:GetParameter'], resources: [arns.parameter('*')], why },
          { actions: ['imagebuilder:GetImage'], resources: [arns.image('*')], why },
        ]
      : []),
  ]
}
