import type {
  CancelImageCreationRequest,
  DeleteImageRequest,
  DistributeImageRequest,
  Image,
  ImagePackage,
  RetryImageRequest,
  StartImagePipelineExecutionRequest,
} from '@aws-sdk/client-imagebuilder'
import type { Ami } from '../ami-store.ts'
import { ClientTokens } from '../support.ts'
import { AwsError, type Context, type Service, type ServiceDeps } from '../types.ts'
import { Builder, type Neighbours } from './builder.ts'
import { creationRules } from './creation.ts'
import { distributionConfigurations } from './distribution-configurations.ts'
import { type Durations, typicalOf } from './durations.ts'
import { mustBeUsable } from './execution-role.ts'
import { findingQueries } from './finding-queries.ts'
import { type ScanFinding, Scans, scanKeeps } from './findings.ts'
import { type ImageInQuestion, type ImageRecord, Images, type Outcome, type Phase, type Step } from './images.ts'
import { Packages } from './packages.ts'
import { permissions } from './permissions.ts'
import { queries } from './queries.ts'
import { recipes } from './recipes.ts'
import { type Created, type Kind, type Place, Resources, slug } from './resources.ts'

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
    const reported =
      operation === 'StartImagePipelineExecution' || operation === 'CancelImageCreation' ? { requestId } : {}
    return { ...reported, clientToken: input.clientToken, imageBuildVersionArn }
  }

  #build({ imagePipelineArn = '', tags = {} }: StartImagePipelineExecutionRequest, place: Place): string {
    const pipeline = this.#resources.get('image-pipeline', imagePipelineArn)
    const recipe = this.#resources.get('image-recipe', pipeline.imageRecipeArn ?? '')
    const { distributionConfigurationArn, imageTestsConfiguration } = pipeline
    const distribution = distributionConfigurationArn
      ? this.#resources.get('distribution-configuration', distributionConfigurationArn)
      : undefined
    const record = this.images.add(
      { account: place.account, region: place.region },
      { name: slug(recipe.name ?? ''), version: recipe.version ?? '' },
      { kind: 'build', pipelineArn: imagePipelineArn },
      {
        name: recipe.name,
        platform: recipe.platform,
        imageRecipe: recipe,
        imageTestsConfiguration,
        sourcePipelineName: pipeline.name,
        sourcePipelineArn: pipeline.arn,
        enhancedImageMetadataEnabled: pipeline.enhancedImageMetadataEnabled ?? true,
        infrastructureConfiguration: this.#resources.get(
          'infrastructure-configuration',
          pipeline.infrastructureConfigurationArn ?? '',
        ),
        ...(distribution ? { distributionConfiguration: distribution } : {}),
        executionRole: pipeline.executionRole,
        imageScanningConfiguration: pipeline.imageScanningConfiguration,
        ...(pipeline.imageScanningConfiguration?.imageScanningEnabled && {
          scanState: { status: 'PENDING' as const },
        }),
        ...tagged({ ...pipeline.imageTags, ...tags }),
      },
    )
    pipeline.dateLastRun = new Date(this.#deps.clock.now()).toISOString()
    const outcome = this.outcome(record)
    const parent = this.#builder.resolve(recipe.parentImage ?? '', place)
    const tests = imageTestsConfiguration?.imageTestsEnabled !== false
    const steps = this.#steps(record, outcome, {
      PENDING: () => (typeof parent === 'string' ? parent : undefined),
      CREATING: () => undefined,
      BUILDING: () => {
        this.#packages.built(record, parent as Ami)
        return this.#builder.build(record, recipe, parent as Ami, outcome)
      },
      ...(tests ? { TESTING: () => this.#scans.end(record, outcome) } : {}),
      DISTRIBUTING: () =>
        distribution && this.#builder.distribute(record, this.#sourceOf(record), distribution, outcome),
      INTEGRATING: () => undefined,
    })
    this.images.run(record, steps, outcome)
    return record.arn
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

const platformOf = ({ image }: Ami): Image['platform'] => (image.Platform === 'Windows' ? 'Windows' : 'Linux')

/** AWS's model has no empty map of tags. */
const tagged = (tags: Record<string, string>) => (Object.keys(tags).length === 0 ? {} : { tags })
