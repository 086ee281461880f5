import type {
  CancelImageCreationRequest,
  Component,
  CreateImageRequest,
  DeleteImageRequest,
  DistributeImageRequest,
  Image,
  ImagePackage,
  ImagePipeline,
  ImageRecipe,
  RetryImageRequest,
  StartImagePipelineExecutionRequest,
} from '@aws-sdk/client-imagebuilder'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import type { Ami } from '../ami-store.ts'
import { ClientTokens } from '../support.ts'
import { AwsError, type Context, type Permission, type Service, type ServiceDeps } from '../types.ts'
import { Builder, type Neighbours } from './builder.ts'
import { objectAccesses, type RunningPhase } from './component-access.ts'
import { creationRules, mustBeCreatable } from './creation.ts'
import { distributionConfigurations } from './distribution-configurations.ts'
import { type Durations, typicalOf } from './durations.ts'
import { mustBeUsable } from './execution-role.ts'
import { findingQueries } from './finding-queries.ts'
import { type ScanFinding, Scans, scanKeeps } from './findings.ts'
import {
  type Failure,
  type ImageInQuestion,
  type ImageRecord,
  Images,
  type Outcome,
  type Phase,
  type Step,
} from './images.ts'
import { whyNoInstance } from './launch.ts'
import { Packages } from './packages.ts'
import { permissions } from './permissions.ts'
import { latestOf, queries } from './queries.ts'
import { recipes } from './recipes.ts'
import { type Created, type Kind, type Place, Resources, slug } from './resources.ts'
import { mustTakeWorkflows, stageOf, type WaitingStep, waitingStepOf } from './workflows.ts'

/** EC2 Image Builder: starts builds and distributions, and answers about what there is. */
export class ImageBuilder implements Service {
  /** Seconds of an image's phases; what is left out takes its typical time. Set by the world. */
  durations: (image: ImageInQuestion) => Durations = () => ({})
  /** How an image goes wrong. Set by the world. */
  outcome: (image: ImageInQuestion) => Outcome = () => ({})
  /** What a scan finds; undefined for what the outcome counts. Set by the world. */
  findings: (image: ImageInQuestion) => ScanFinding[] | undefined = () => undefined
  /** What is installed; undefined for something plausible. Set by the world. */
  packages: (image: ImageInQuestion) => ImagePackage[] | undefined = () => undefined

  readonly #deps: ServiceDeps
  readonly #near: Neighbours
  readonly #resources: Resources
  readonly images: Images
  readonly #builder: Builder
  readonly #scans: Scans
  readonly #packages: Packages
  readonly #tokens = new ClientTokens()

  constructor(deps: ServiceDeps, near: Neighbours) {
    this.#deps = deps
    this.#near = near
    this.#resources = new Resources(deps.clock)
    this.#resources.check = creationRules(this.#resources, near, deps)
    this.images = new Images(deps)
    this.#builder = new Builder(deps, near, this.images)
    this.#scans = new Scans(deps, (image) => this.findings(image))
    this.#packages = new Packages(deps, this.images, (image) => this.packages(image))
    const checkRole = (role: string, place: Place) => mustBeUsable(near.iam, role, place)
    this.permissions = permissions((arn) => this.#resources.find(arn), deps.isStrict)
    this.operations = {
      ...queries(this.#resources, this.images),
      ...recipes({ resources: this.#resources, images: this.images, near, checkRole }),
      ...distributionConfigurations(this.#resources, this.images, deps),
      ...findingQueries(this.images),
      ...this.#packages.operations,
      ...this.#commands,
    }
  }

  readonly permissions: NonNullable<Service['permissions']>

  /** Makes what an AWS::ImageBuilder resource of a template describes; says its Ref and attributes. */
  createFromTemplate(type: string, properties: Record<string, unknown>, place: Place): Created {
    return this.#resources.create(type, properties, place)
  }

  /** Changes in place what a resource of a template described. */
  changeFromTemplate(type: string, arn: string, o: { properties: Record<string, unknown>; place: Place }): Created {
    return this.#resources.change(type, arn, o)
  }

  /** The names of what there is of a kind beside images, in order; those that have versions with them. */
  kept(kind: Kind, place: Place): string[] {
    return this.#resources.list(kind, place).map(({ arn = '' }) => arn.split('/').slice(1).join('/'))
  }

  /** @throws AwsError ResourceDependencyException while something that is there needs it */
  removeFromTemplate(arn: string): void {
    const by = this.#resources.dependentOn(arn)
    if (by)
      throw new AwsError(
        'ResourceDependencyException',
        `The resource '${arn}' is needed by '${by}' and cannot be deleted.`,
      )
    this.#resources.remove(arn)
  }

  readonly #commands = {
    StartImagePipelineExecution: (input: StartImagePipelineExecutionRequest, context: Context) =>
      this.#started('StartImagePipelineExecution', input, context, () => this.#build(input, context)),

    CreateImage: (input: CreateImageRequest, context: Context) => {
      const started = this.#started('CreateImage', input, context, () => this.#create(input, context))
      return { ...started, ...latestOf(started.imageBuildVersionArn) }
    },

    DistributeImage: (input: DistributeImageRequest, context: Context) =>
      this.#started('DistributeImage', input, context, () => this.#distribute(input, context)),

    RetryImage: (input: RetryImageRequest, context: Context) =>
      this.#started('RetryImage', input, context, () => this.#retry(input.imageBuildVersionArn ?? '')),

    CancelImageCreation: (input: CancelImageCreationRequest, context: Context) =>
      this.#started('CancelImageCreation', input, context, () => {
        const record = this.images.get(input.imageBuildVersionArn ?? '')
        this.images.cancel(record)
        return record.arn
      }),

    DeleteImage: ({ imageBuildVersionArn: arn = '' }: DeleteImageRequest, context: Context) =>
      this.#delete(arn, context),
  }

  #delete(arn: string, { requestId }: Context) {
    this.images.remove(this.images.get(arn))
    return { requestId, imageBuildVersionArn: arn }
  }

  readonly operations: Service['operations']

  #started<I extends { clientToken?: string | undefined }>(
    operation: string,
    input: I,
    context: Context,
    act: () => string,
  ) {
    const scope = `${operation}/${context.account}/${context.region}`
    const imageBuildVersionArn = this.#tokens.once(scope, input, act)
    const { requestId } = context
    // DistributeImage and RetryImage answer without a request id.
    const reported = operation === 'DistributeImage' || operation === 'RetryImage' ? {} : { requestId }
    return { ...reported, clientToken: input.clientToken, imageBuildVersionArn }
  }

  #build({ imagePipelineArn = '', tags = {} }: StartImagePipelineExecutionRequest, place: Place): string {
    const pipeline = this.#resources.get('image-pipeline', imagePipelineArn)
    if (pipeline.status === 'DISABLED' && this.#deps.isStrict('disabled-pipelines'))
      throw new AwsError('InvalidRequestException', `The image pipeline '${imagePipelineArn}' is disabled.`)
    const arn = this.#bake(pipeline, place, { ...pipeline.imageTags, ...tags })
    pipeline.dateLastRun = new Date(this.#deps.clock.now()).toISOString()
    return arn
  }

  /** An image that no pipeline makes. https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImage.html */
  #create(input: CreateImageRequest, place: Place): string {
    const { tags = {}, clientToken: _, loggingConfiguration, ...settings } = input
    mustBeCreatable(input, place, this.#near)
    if (input.distributionConfigurationArn)
      this.#resources.get('distribution-configuration', input.distributionConfigurationArn)
    this.#resources.get('infrastructure-configuration', input.infrastructureConfigurationArn ?? '')
    mustTakeWorkflows(this.#resources, settings.workflows ?? [], place)
    const imageLogGroupName = loggingConfiguration?.logGroupName
    const logging = imageLogGroupName === undefined ? {} : { loggingConfiguration: { imageLogGroupName } }
    return this.#bake({ ...settings, ...logging }, place, tags)
  }

  #bake(pipeline: ImagePipeline, place: Place, tags: Record<string, string>): string {
    if (pipeline.containerRecipeArn)
      throw new UnsupportedFeature('resource type', `of the container recipe ${pipeline.containerRecipeArn}`)
    const recipe = this.#resources.get('image-recipe', pipeline.imageRecipeArn ?? '')
    this.#mustHaveRoom(place)
    const record = this.#addBuild(pipeline, recipe, place, tagged(tags))
    const { distributionConfiguration: distribution, imageTestsConfiguration } = record.image
    const parent = this.#builder.resolve(recipe.parentImage ?? '', place)
    const outcome = this.outcome(record)
    if (isNeverReached(parent)) outcome.unreachable = true
    const [build, test] = [stageOf(this.#resources, pipeline, 'BUILD'), stageOf(this.#resources, pipeline, 'TEST')]
    const tests = imageTestsConfiguration?.imageTestsEnabled !== false && test.runs
    const may = (permission: Permission) => this.#mayBy(pipeline.executionRole, permission, place)
    const { isStrict } = this.#deps
    const steps = this.#steps(record, outcome, {
      PENDING: () => (typeof parent === 'string' ? parent : this.#whyNotBy(pipeline.executionRole, place)),
      CREATING: () => whyNoInstance({ near: this.#near, isStrict, running: this.#running(record) }, record, outcome),
      BUILDING: () => {
        const failed =
          this.#whyDenied(record, recipe, 'BUILDING') ??
          build.failure({ may }) ??
          whyNotMarked(recipe, parent as Ami, may)
        if (failed) return failed
        this.#packages.built(record, parent as Ami)
        return this.#builder.build(record, recipe, parent as Ami, outcome)
      },
      ...(tests
        ? {
            TESTING: () =>
              this.#whyDenied(record, recipe, 'TESTING') ?? test.failure({ may }) ?? this.#scans.end(record, outcome),
          }
        : {}),
      DISTRIBUTING: () =>
        distribution && this.#builder.distribute(record, this.#sourceOf(record), distribution, outcome),
      INTEGRATING: () => undefined,
    })
    for (const step of steps) if (step.phase === 'TESTING') step.goesOn = test.goesOn
    const waiting = waitingStepOf(this.#resources, pipeline)
    this.images.run(record, waiting ? this.#waitingAt(record, waiting, steps) : steps, outcome)
    return record.arn
  }

  #running(place: Place): ImageRecord[] {
    return this.images.list(place).filter(({ kind, image }) => kind === 'build' && isRunning(image.state.status))
  }

  /** "Concurrent builds": https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html */
  #mustHaveRoom(place: Place): void {
    const most = this.#near.quotas.values.get('imagebuilder L-BA4D191B') ?? 0
    if (this.#running(place).length >= most)
      throw new AwsError('ServiceQuotaExceededException', `You have reached the quota of ${most} concurrent builds.`)
  }

  /**
   * The first step of a component that S3 refuses to the role of the instance. Who else a bucket lets in is not emulated, nor what
   * policies allow that are attached to the role.
   */
  #whyDenied(record: ImageRecord, { components = [] }: ImageRecipe, running: RunningPhase): Failure | undefined {
    const { iam, ec2 } = this.#near
    const { account, region } = record
    const profile = ec2.instances.profileNamed(
      account,
      record.image.infrastructureConfiguration?.instanceProfileName ?? '',
    )
    const role = profile && iam.role(profile.roleArn)
    if (!role || (role.attached ?? []).length > 0) return undefined
    const principal = iam.principalOf(role.arn, 'build-instance')
    for (const configuration of components) {
      const { componentArn = '' } = configuration
      const component = this.#resources.find(componentArn) as Component | undefined
      const accesses = component ? objectAccesses(component, configuration, running) : []
      const denied = accesses.find(({ permission }) => !iam.allows(principal, permission, region))
      if (!denied) continue
      const { phaseName, stepName, action, operation } = denied
      return {
        // The words of the SDK that AWSTOE is written with, and of Image Builder for a component that failed:
        // https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-failure-context.html
        reason: `Document ${componentArn} failed!`,
        context: {
          failedStep: running === 'BUILDING' ? 'ApplyBuildComponents' : 'ApplyTestComponents',
          componentFailure: {
            componentArn,
            phaseName,
            stepName,
            action,
            errorMessage: `${operation}: Forbidden: Forbidden status code: 403`,
          },
        },
      }
    }
    return undefined
  }

  /** EC2ImageBuilderExecutionPolicy allows nothing of Step Functions; what other managed policies allow is not known. */
  #mayBy(named: string | undefined, permission: Permission, { account, region }: Place): boolean | undefined {
    const { iam } = this.#near
    // Nothing of Step Functions is in the policy of the service-linked role either.
    if (named === undefined) return false
    const role = iam.role(named.startsWith('arn:') ? named : `arn:aws:iam::${account}:role/${named}`)
    if (!role || (role.attached ?? []).some((arn) => !arn.endsWith('/EC2ImageBuilderExecutionPolicy'))) return undefined
    return iam.allows(iam.principalOf(role.arn, 'ImageBuilder'), permission, region)
  }

  /** Why Image Builder does not act by a role; undefined where it does, or by its own. */
  #whyNotBy(role: string | undefined, place: Place): string | undefined {
    if (role === undefined) return undefined
    try {
      mustBeUsable(this.#near.iam, role, place)
    } catch (error) {
      return (error as AwsError).message
    }
    return undefined
  }

  /** The next build of a recipe, with all that it is made of. */
  #addBuild(pipeline: ImagePipeline, recipe: ImageRecipe, place: Place, more: Partial<Image>): ImageRecord {
    const { distributionConfigurationArn, infrastructureConfigurationArn = '', imageScanningConfiguration } = pipeline
    const distributionConfiguration = distributionConfigurationArn
      ? this.#resources.get('distribution-configuration', distributionConfigurationArn)
      : undefined
    return this.images.add(
      { account: place.account, region: place.region },
      { name: slug(recipe.name ?? ''), version: recipe.version ?? '' },
      { kind: 'build', pipelineArn: pipeline.arn },
      {
        name: recipe.name,
        platform: recipe.platform,
        imageRecipe: recipe,
        imageTestsConfiguration: pipeline.imageTestsConfiguration,
        sourcePipelineName: pipeline.name,
        sourcePipelineArn: pipeline.arn,
        enhancedImageMetadataEnabled: pipeline.enhancedImageMetadataEnabled ?? true,
        infrastructureConfiguration: this.#resources.get(
          'infrastructure-configuration',
          infrastructureConfigurationArn,
        ),
        ...(distributionConfiguration ? { distributionConfiguration } : {}),
        executionRole: pipeline.executionRole,
        workflows: pipeline.workflows,
        ...loggingOf(pipeline),
        imageScanningConfiguration,
        ...(imageScanningConfiguration?.imageScanningEnabled && { scanState: { status: 'PENDING' as const } }),
        ...more,
      },
    )
  }

  /**
   * A build of the past, from its start until its AMI was there: nothing tells of it.
   * @param parent the AMI that it was baked from
   */
  addBuilt(imagePipelineArn: string, parent: Ami, { started, made }: { started: Date; made: Date }): Ami {
    const pipeline = this.#resources.get('image-pipeline', imagePipelineArn)
    const recipe = this.#resources.get('image-recipe', pipeline.imageRecipeArn ?? '')
    const [, , , region = '', account = ''] = imagePipelineArn.split(':')
    const dateCreated = started.toISOString()
    const record = this.#addBuild(pipeline, recipe, { account, region }, { dateCreated })
    const failed = this.#builder.build(record, recipe, parent, {}, made)
    if (failed !== undefined) throw new Error(`${record.arn}: ${failed}`)
    this.images.settle(record)
    pipeline.dateLastRun = dateCreated
    return this.#sourceOf(record)
  }

  /** The image says that it waits, and fails when nobody has answered in time. */
  #waitingAt(record: ImageRecord, { workflow, name, phase, seconds }: WaitingStep, steps: Step[]): Step[] {
    const id = (kind: string) => `${kind}-${this.#deps.random.fork(`workflow/${record.arn}`).uuid()}`
    const wait: Step = {
      phase,
      seconds,
      atLeast: seconds,
      finish: () => `The workflow step ${name} timed out: it received no action.`,
    }
    const at = steps.findIndex((step) => step.phase === phase)
    const before = steps
      .slice(0, at + 1)
      .map((step, i) => (i === at ? withEnd(step, () => this.#tellWaiting(record, workflow, name, id)) : step))
    return [...before, wait, ...steps.slice(at + 1)]
  }

  /** https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html */
  #tellWaiting({ account, region, arn }: ImageRecord, workflow: string, name: string, id: (kind: string) => string) {
    this.#deps.emit({
      source: 'aws.imagebuilder',
      detailType: 'EC2 Image Builder Workflow Step Waiting',
      account,
      region,
      resources: [arn, workflow],
      detail: {
        'workflow-execution-id': id('wf'),
        'workflow-step-execution-id': id('step'),
        'workflow-step-name': name,
      },
    })
  }

  #distribute(input: DistributeImageRequest, place: Place): string {
    const { sourceImage = '', distributionConfigurationArn = '', executionRole = '', tags = {} } = input
    const configuration = this.#resources.get('distribution-configuration', distributionConfigurationArn)
    mustBeUsable(this.#near.iam, executionRole, place)
    const sourceRecord = sourceImage.includes(':image/') ? this.images.get(sourceImage) : undefined
    if (sourceRecord && sourceRecord.image.state.status !== 'AVAILABLE') {
      throw new AwsError(
        'InvalidRequestException',
        `The image ${sourceImage} is ${sourceRecord.image.state.status}, not AVAILABLE.`,
      )
    }
    const source = this.#builder.resolve(sourceImage, place)
    if (typeof source === 'string') throw new AwsError('InvalidRequestException', source)
    const { image } = sourceRecord ?? {}
    const record = this.images.add(
      { account: place.account, region: place.region },
      { name: sourceRecord?.name ?? slug(configuration.name ?? ''), version: image?.version ?? '1.0.0' },
      { kind: 'distribution', distributionConfigurationArn, sourceArn: sourceRecord?.arn },
      {
        name: image?.name ?? configuration.name,
        platform: image?.platform ?? platformOf(source),
        ...(image?.imageRecipe ? { imageRecipe: image.imageRecipe } : {}),
        distributionConfiguration: configuration,
        executionRole,
        ...tagged(tags),
      },
    )
    this.#sources.set(record.arn, source)
    const outcome = this.outcome(record)
    const steps = this.#steps(record, outcome, {
      PENDING: () => undefined,
      DISTRIBUTING: () => this.#builder.distribute(record, source, configuration, outcome),
      INTEGRATING: () => undefined,
    })
    this.images.run(record, steps, outcome)
    return record.arn
  }

  /** Goes on where it failed, with the configuration that it had; nothing is built again. */
  #retry(arn: string): string {
    const record = this.images.get(arn)
    const { distributionConfiguration } = record.image
    const { failedIn } = record
    const retried = ['TESTING', 'DISTRIBUTING']
    if (!this.#deps.isStrict('retry-of-integration')) retried.push('INTEGRATING')
    if (record.image.state.status !== 'FAILED' || !failedIn || !retried.includes(failedIn)) {
      throw new AwsError(
        'InvalidRequestException',
        `The image ${arn} is not one that failed in ${retried.join(' or ')}.`,
      )
    }
    record.attempt++
    const outcome = this.outcome(record)
    const source = this.#sourceOf(record)
    const steps = this.#steps(record, outcome, {
      ...(failedIn === 'TESTING' ? { TESTING: () => this.#scans.end(record, outcome) } : {}),
      ...(failedIn === 'INTEGRATING'
        ? {}
        : {
            DISTRIBUTING: () =>
              distributionConfiguration
                ? this.#builder.distribute(record, source, distributionConfiguration, outcome)
                : undefined,
          }),
      INTEGRATING: () => undefined,
    })
    this.images.run(record, steps, outcome)
    return arn
  }

  readonly #sources = new Map<string, Ami>()

  #sourceOf(record: ImageRecord): Ami {
    const own = record.amis.find(({ region, accountId }) => region === record.region && accountId === record.account)
    return this.#sources.get(record.arn) ?? (this.#near.ec2.find(own?.image ?? '', record) as Ami)
  }

  #steps(record: ImageRecord, outcome: Outcome, work: Partial<Record<Phase, Step['finish']>>): Step[] {
    const seconds = { ...typicalOf(record.kind), ...this.durations(record) }
    return Object.entries(work).map(([phase, finish]) => ({
      phase: phase as Phase,
      seconds: seconds[phase as Phase] ?? 0,
      finish,
      atLeast: phase === 'TESTING' && record.image.scanState ? scanKeeps(outcome) : 0,
    }))
  }
}

const isRunning = (status: string) =>
  ['PENDING', 'CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING'].includes(status)

/** A step that does something more when it ends well. */
const withEnd = (step: Step, act: () => void): Step => ({
  ...step,
  finish: () => {
    const failed = step.finish?.()
    if (failed === undefined) act()
    return failed
  },
})

function loggingOf({ loggingConfiguration }: ImagePipeline) {
  const { imageLogGroupName: logGroupName } = loggingConfiguration ?? {}
  return logGroupName === undefined ? {} : { loggingConfiguration: { logGroupName } }
}

const platformOf = ({ image }: Ami): Image['platform'] => (image.Platform === 'Windows' ? 'Windows' : 'Linux')

/** AWS's model has no empty map of tags. */
const tagged = (tags: Record<string, string>) => (Object.keys(tags).length === 0 ? {} : { tags })

/**
 * "Image Builder does not automatically install the Systems Manager agent on Windows instances."
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AdditionalInstanceConfiguration.html
 */
const isNeverReached = (parent: Ami | string) =>
  typeof parent !== 'string' && parent.withoutAgent === true && platformOf(parent) === 'Windows'

/**
 * "Your Image Builder execution role must include the ec2:AttachImageWatermark permission", and "the total cannot exceed 5": no page says
 * that AWS's own policy for the role has it.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/ami-watermarks.html
 */
function whyNotMarked(
  recipe: ImageRecipe,
  { image, region, watermarks = [] }: Ami,
  may: (permission: Permission) => boolean | undefined,
): string | undefined {
  const { amiWatermarks: own = [] } = recipe as { amiWatermarks?: string[] }
  if (own.length === 0) return undefined
  const all = own.length + watermarks.length
  if (all > 5) return `The output AMI would have ${all} watermarks with those of ${image.ImageId}, and 5 is the most.`
  const permission = { action: 'ec2:AttachImageWatermark', resource: `arn:aws:ec2:${region}::image/*` }
  return may(permission) === false
    ? 'The execution role is not authorized to perform: ec2:AttachImageWatermark'
    : undefined
}
