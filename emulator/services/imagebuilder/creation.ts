import type {
  Component,
  CreateComponentRequest,
  CreateImagePipelineRequest,
  CreateImageRecipeRequest,
  CreateImageRequest,
  CreateWorkflowRequest,
  ImageScanningConfiguration,
} from '@aws-sdk/client-imagebuilder'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import type { Ami } from '../ami-store.ts'
import { AwsError, type ServiceDeps } from '../types.ts'
import type { Neighbours } from './builder.ts'
import { mustBeUsable } from './execution-role.ts'
import { checkInfrastructure } from './infrastructure-rules.ts'
import { type Kind, type Place, type Resources, slug } from './resources.ts'
import { mustBeWorkflow } from './workflow-documents.ts'
import { mustTakeWorkflows } from './workflows.ts'

/** What Image Builder refuses when something is made, anybody who makes it: CloudFormation, too. */

type Input = Record<string, unknown>
type Check = (input: Input, place: Place) => void

/** "Components per image recipe": https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html */
const mostComponents = 20
/** CreateComponent, data: "Length Constraints: Minimum length of 1. Maximum length of 16000." */
const longestDocument = 16_000
const mostSystems = 25

export function creationRules(resources: Resources, near: Neighbours, { isStrict }: Pick<ServiceDeps, 'isStrict'>) {
  const component: Check = (input, place) => {
    const { name = '', semanticVersion = '', data, uri, ...more } = input as Partial<CreateComponentRequest>
    const { supportedOsVersions: systems } = more
    if ((data === undefined) === (uri === undefined))
      throw new AwsError('InvalidParameterCombinationException', 'A component has either data or a uri.')
    if ((data?.length ?? 0) > longestDocument)
      throw invalid(`The value supplied for parameter 'data' has more than ${longestDocument} characters.`)
    if (uri !== undefined && !/^s3:\/\/[^/]+\/.+/.test(uri))
      throw invalid(`The value supplied for parameter 'uri' is not valid: ${uri} is not s3://bucket/key.`)
    // CreateComponent, supportedOsVersions: "Array Members: Minimum number of 1 item. Maximum number of 25 items."
    if (systems && (systems.length < 1 || systems.length > mostSystems || systems.includes('')))
      throw invalid(`The value supplied for parameter 'supportedOsVersions' is not valid: it has 1 to ${mostSystems}.`)
    const version = `arn:aws:imagebuilder:${place.region}:${place.account}:component/${slug(name)}/${semanticVersion}`
    const latest = resources.builds('component', version, place).at(-1)
    if (latest && isSame(latest, input))
      throw new AwsError('ResourceAlreadyExistsException', `The content is that of '${latest.arn}', which exists.`)
  }

  /** Auto build version management: https://docs.aws.amazon.com/imagebuilder/latest/userguide/create-component.html */
  const isSame = (latest: Component & { uri?: string }, input: Input): boolean => {
    const content = ['data', 'uri'] as const
    const metadata = ['description', 'changeDescription', 'platform', 'supportedOsVersions', 'kmsKeyId'] as const
    const compared = isStrict('component-again') ? content : [...content, ...metadata]
    return compared.every((key) => JSON.stringify(latest[key]) === JSON.stringify(input[key]))
  }

  const recipe: Check = (input, place) => {
    const { parentImage = '', components = [], blockDeviceMappings = [] } = input as Partial<CreateImageRecipeRequest>
    const parent = parentOf(parentImage, place)
    mustBeWatermarks((input as { amiWatermarks?: unknown }).amiWatermarks)
    if (components.length > mostComponents)
      throw new AwsError('ServiceQuotaExceededException', `A recipe has ${mostComponents} components at the most.`)
    for (const { componentArn = '' } of components) {
      if (componentArn.split(':')[4] !== place.account) continue
      const { platform } = resources.get('component', componentArn)
      if (parent && platform !== platformOf(parent))
        throw invalid(
          `The component ${componentArn} is for ${platform}, and the parent image is ${platformOf(parent)}.`,
        )
    }
    const devices = blockDeviceMappings.map(({ deviceName = '' }) => deviceName)
    const twice = devices.find((device, at) => devices.indexOf(device) !== at)
    if (twice !== undefined) throw invalid(`The device ${twice} is mapped twice.`)
    for (const { ebs: { volumeSize, iops, throughput, volumeType } = {} } of blockDeviceMappings) {
      // EbsInstanceBlockDeviceSpecification: https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_EbsInstanceBlockDeviceSpecification.html
      within('volumeSize', volumeSize, [1, 16_000])
      within('iops', iops, [100, 64_000])
      within('throughput', throughput, [125, 1_000])
      if (throughput !== undefined && volumeType !== 'gp3')
        throw invalid("'throughput' is for volumes of type gp3 only.")
    }
  }

  /** The AMI behind a parent, as far as Image Builder looks for it now. */
  const parentOf = (named: string, place: Place): Ami | undefined => {
    const parameter = named.match(/^ssm:(.+)$/)?.[1]
    if (parameter === undefined) {
      if (!named.startsWith('ami-')) return undefined
      const ami = near.ec2.find(named, place)
      if (!ami)
        throw new AwsError(
          'InvalidRequestException',
          `The AMI ${named} does not exist in ${place.region}, or account ${place.account} may not use it.`,
        )
      return ami
    }
    const value = near.ssm.valueOf(parameter, place)
    const ami = value === undefined ? undefined : near.ec2.find(value, place)
    if (ami || !isStrict('parent-at-creation')) return ami
    const why = value === undefined ? 'does not exist' : `has ${value}, which is no AMI that ${place.account} may use`
    throw invalid(
      `The value supplied for parameter 'parentImage' is not valid. The SSM parameter ${parameter} ${why} in ${place.region}.`,
    )
  }

  const pipeline: Check = (input, place) => {
    const most = near.quotas.values.get('imagebuilder L-7A0E01E3') ?? 0
    const others = resources.list('image-pipeline', place).filter(({ name }) => name !== input.name)
    if (others.length >= most)
      throw new AwsError('ServiceQuotaExceededException', `You have reached the quota of ${most} image pipelines.`)
    mustScan(input, place, near)
    mustTakeWorkflows(resources, (input as Partial<CreateImagePipelineRequest>).workflows ?? [], place)
  }

  const workflow: Check = (input, { account, region }) => {
    const { name = '', semanticVersion = '', type = '', data, uri } = input as Partial<CreateWorkflowRequest>
    if ((data === undefined) === (uri === undefined))
      throw new AwsError('InvalidParameterCombinationException', 'A workflow has either data or a uri.')
    if (data === undefined) throw new UnsupportedFeature('option', `uri of the workflow ${name}`)
    if (data.length > longestDocument)
      throw invalid(`The value supplied for parameter 'data' has more than ${longestDocument} characters.`)
    mustBeWorkflow(data, type)
    const path = `workflow/${type.toLowerCase()}/${slug(name)}/${semanticVersion}`
    const latest = resources
      .builds('workflow', `arn:aws:imagebuilder:${region}:${account}:${path}`, { account, region })
      .at(-1)
    // As of components: create-component.html, "Auto build version management"
    if (latest?.data === data)
      throw new AwsError('ResourceAlreadyExistsException', `The content is that of '${latest.arn}', which exists.`)
  }

  const checks: Record<Kind, Check> = {
    component,
    'image-recipe': recipe,
    'image-pipeline': pipeline,
    'infrastructure-configuration': (input) => {
      checkTags('resourceTags', input.resourceTags, 30)
      checkInfrastructure(input)
    },
    'distribution-configuration': () => {},
    workflow,
  }
  return (kind: Kind, input: Input, place: Place): void => {
    checkTags('tags', input.tags, 50)
    checkTags('amiTags', input.amiTags, 50)
    checks[kind](input, place)
  }
}

/** "The setting must be enabled in Amazon Inspector": API Reference, ImageScanningConfiguration */
function mustScan(input: Input, { account }: Place, near: Neighbours): void {
  const { imageScanningConfiguration } = input as { imageScanningConfiguration?: ImageScanningConfiguration }
  if (imageScanningConfiguration?.imageScanningEnabled && near.inspector.off.has(account))
    throw refused(`Image scanning needs Amazon Inspector, which account ${account} has not enabled for EC2.`)
}

/**
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImage.html
 * @throws AwsError for what the request of an image says that does not go together
 */
export function mustBeCreatable(input: CreateImageRequest, place: Place, near: Neighbours): void {
  const { imageRecipeArn, containerRecipeArn, workflows = [], executionRole, loggingConfiguration, tags } = input
  if ((imageRecipeArn === undefined) === (containerRecipeArn === undefined))
    throw refused('An image has either an image recipe or a container recipe.')
  if (workflows.length > 0 && executionRole === undefined) throw refused('Workflows need an executionRole.')
  const { logGroupName = '/aws/imagebuilder/' } = loggingConfiguration ?? {}
  if (!logGroupName.startsWith('/aws/imagebuilder/') && executionRole === undefined)
    throw refused(`The log group ${logGroupName} needs an executionRole.`)
  if (executionRole !== undefined) mustBeUsable(near.iam, executionRole, place)
  checkTags('tags', tags, 50)
  mustScan({ ...input }, place, near)
}

const refused = (message: string) => new AwsError('InvalidRequestException', message)

const platformOf = ({ image }: Ami) => (image.Platform === 'Windows' ? 'Windows' : 'Linux')

function within(name: string, value: number | undefined, [least, most]: [number, number]): void {
  if (value !== undefined && (value < least || value > most))
    throw invalid(`The value supplied for parameter '${name}' is not valid: ${value} is not from ${least} to ${most}.`)
}

/** TagMap and ResourceTagMap of the API Reference: how many, how long, and no key that begins with aws: */
function checkTags(name: string, tags: unknown, most: number): void {
  const all = Object.entries((tags ?? {}) as Record<string, string>)
  if (all.length > most) throw invalid(`'${name}' has ${all.length} tags, and may have ${most}.`)
  for (const [key, value] of all)
    if (/^aws:/i.test(key) || key.length > 128 || value.length > 256)
      throw invalid(`The tag ${key} of '${name}' is not valid.`)
}

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message)

const watermark = /^[A-Za-z0-9()[\]./'@_-][A-Za-z0-9 ()[\]./'@_-]{1,126}[A-Za-z0-9()[\]./'@_-]$/

/**
 * "Minimum number of 1 item. Maximum number of 5 items", and the pattern: API Reference, CreateImageRecipe. Each name once: user
 * guide, ami-watermarks.
 */
function mustBeWatermarks(found: unknown): void {
  if (found === undefined) return
  const isSound = Array.isArray(found) && found.length >= 1 && found.length <= 5 && new Set(found).size === found.length
  if (!isSound || !found.every((name) => typeof name === 'string' && watermark.test(name)))
    throw invalid("The value supplied for parameter 'amiWatermarks' is not valid: it has 1 to 5 names of watermarks.")
}
