import {
  type Component,
  CreateComponentRequest$,
  CreateDistributionConfigurationRequest$,
  CreateImagePipelineRequest$,
  CreateImageRecipeRequest$,
  CreateInfrastructureConfigurationRequest$,
  CreateWorkflowRequest$,
  type DistributionConfiguration,
  type ImagePipeline,
  type ImageRecipe,
  type InfrastructureConfiguration,
  type Workflow,
} from '@aws-sdk/client-imagebuilder'
import { toApiNames } from '../../protocol/casing.ts'
import { isObject, read, shapeOf } from '../../protocol/shape.ts'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { Partitions } from '../support.ts'
import { AwsError, type Clock } from '../types.ts'

/** What Image Builder keeps besides images: named things, some of them with versions. */

export interface Kinds {
  component: Component
  'image-recipe': ImageRecipe
  'infrastructure-configuration': InfrastructureConfiguration
  'distribution-configuration': DistributionConfiguration
  'image-pipeline': ImagePipeline
  workflow: Workflow
}
export type Kind = keyof Kinds

export interface Place {
  account: string
  region: string
}

/** What CloudFormation knows of a resource that it made. */
export interface Created {
  ref: string
  attributes: Record<string, string>
}

const templates: Record<string, { kind: Kind; request: Parameters<typeof shapeOf>[0] }> = {
  'AWS::ImageBuilder::Component': { kind: 'component', request: CreateComponentRequest$ },
  'AWS::ImageBuilder::ImageRecipe': { kind: 'image-recipe', request: CreateImageRecipeRequest$ },
  'AWS::ImageBuilder::InfrastructureConfiguration': {
    kind: 'infrastructure-configuration',
    request: CreateInfrastructureConfigurationRequest$,
  },
  'AWS::ImageBuilder::DistributionConfiguration': {
    kind: 'distribution-configuration',
    request: CreateDistributionConfigurationRequest$,
  },
  'AWS::ImageBuilder::ImagePipeline': { kind: 'image-pipeline', request: CreateImagePipelineRequest$ },
  'AWS::ImageBuilder::Workflow': { kind: 'workflow', request: CreateWorkflowRequest$ },
}

/** Kinds whose versions have builds. */
const built: Kind[] = ['component', 'workflow']

/** The types of resources that templates may have. */
export const imageBuilderTypes = Object.keys(templates)

/** CloudFormation's own names for what the API calls otherwise. */
const renamed: Record<string, string> = {
  Version: 'semanticVersion',
  LaunchPermissionConfiguration: 'launchPermission',
}

export const missing = (arn: string) =>
  new AwsError('ResourceNotFoundException', `The resource with ARN '${arn}' does not exist.`)

/** The name as ARNs have it. */
export const slug = (name: string) => name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')

export class Resources {
  readonly #kept = new Partitions<Map<string, { kind: Kind; value: Kinds[Kind] }>>(() => new Map())
  readonly #clock: Clock
  /** What Image Builder refuses when something is made or changed: set by anybody who knows the rest of the account. */
  check: (kind: Kind, input: Record<string, unknown>, place: Place) => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes what an AWS::ImageBuilder resource describes. Throws an Error for what the API would not take. */
  create(type: string, properties: Record<string, unknown>, place: Place): Created {
    const { kind, input } = inputOf(type, properties)
    const arn = this.add(kind, input, place, withoutStack(input))
    return { ref: arn, attributes: { Arn: arn, Name: String(input.name), ...latest(arn) } }
  }

  /** Changes in place what an AWS::ImageBuilder resource described: what it leaves out now is left out. */
  change(type: string, arn: string, o: { properties: Record<string, unknown>; place: Place }): Created {
    const { kind, input } = inputOf(type, o.properties)
    this.check(kind, withoutStack(input), o.place)
    const { dateCreated, dateLastRun } = (this.find(arn) ?? {}) as { dateCreated?: string; dateLastRun?: string }
    const dates = { dateCreated, ...(dateLastRun && { dateLastRun }) }
    const dateUpdated = new Date(this.#clock.now()).toISOString()
    this.replace(arn, this.#complete(kind, { arn, ...input, ...dates, dateUpdated }, o.place))
    return { ref: arn, attributes: { Arn: arn, Name: String(input.name), ...latest(arn) } }
  }

  /**
   * Makes what a request to create something describes, and says its ARN.
   * @param given what of it its caller gave
   * @throws AwsError ResourceAlreadyExistsException
   */
  add(kind: Kind, input: Record<string, unknown>, place: Place, given = input): string {
    const { semanticVersion, clientToken: _, ...described } = input
    const name = String(input.name)
    this.check(kind, given, place)
    const version = semanticVersion && this.#nextVersion(kind, name, String(semanticVersion), place)
    // https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Workflow.html
    const type = kind === 'workflow' ? String(input.type).toLowerCase() : ''
    const path = [kind, type, slug(name), version].filter(Boolean).join('/')
    const base = `arn:aws:imagebuilder:${place.region}:${place.account}:${path}`
    const arn = built.includes(kind) ? `${base}/${this.builds(kind, base, place).length + 1}` : base
    if (this.#kept.in(place).has(arn)) {
      throw new AwsError('ResourceAlreadyExistsException', `The resource with ARN '${arn}' already exists.`)
    }
    const dated = { arn, ...described, dateCreated: new Date(this.#clock.now()).toISOString() }
    const value = this.#complete(kind, { ...dated, ...(version ? { version } : {}) }, place)
    this.#kept.in(place).set(arn, { kind, value })
    return arn
  }

  /** @throws AwsError ResourceNotFoundException */
  get<K extends Kind>(kind: K, arn: string): Kinds[K] {
    const [, , , region = '', account = ''] = arn.split(':')
    const kept = this.#kept.in({ account, region })
    const exact = kept.get(arn) ?? kept.get(`${arn}/1`)
    if (exact?.kind === kind) return exact.value as Kinds[K]
    // A version with an x is the latest that fits.
    const pattern = new RegExp(`^${arn.replace(/[.]/g, '[.]').replace(/(?<=[/.\]])x(?=[[/]|$)/g, '\\d+')}(/\\d+)?$`)
    const fitting = this.list(kind, { account, region }).filter((each) => pattern.test(each.arn ?? ''))
    const found = fitting.sort((a, b) => byVersion(versionOf(a), versionOf(b))).at(-1)
    if (!arn.includes('x') || !found) throw missing(arn)
    return found
  }

  list<K extends Kind>(kind: K, place: Place): Kinds[K][] {
    return [...this.#kept.in(place).values()].filter((each) => each.kind === kind).map(({ value }) => value as Kinds[K])
  }

  /** Another value in the place of one: who holds the old one, such as a distribution that runs, keeps it. */
  replace(arn: string, value: Kinds[Kind]): void {
    const [, , , region = '', account = ''] = arn.split(':')
    const kept = this.#kept.in({ account, region }).get(arn)
    if (!kept) throw missing(arn)
    kept.value = value
  }

  remove(arn: string): void {
    const [, , , region = '', account = ''] = arn.split(':')
    this.#kept.in({ account, region }).delete(arn)
  }

  /** The builds of a version, oldest first. */
  builds<K extends Kind>(kind: K, version: string, place: Place): Kinds[K][] {
    return this.list(kind, place).filter(({ arn }) => arn?.startsWith(`${version}/`))
  }

  /** What refers to something: a recipe to its components, a pipeline to what it is made of. */
  dependentOn(arn: string): string | undefined {
    const [, , , region = '', account = ''] = arn.split(':')
    const place = { account, region }
    const recipes = this.list('image-recipe', place).filter(({ components = [] }) =>
      components.some(({ componentArn }) => componentArn === arn),
    )
    const pipelines = this.list('image-pipeline', place).filter((each) =>
      [
        each.imageRecipeArn,
        each.infrastructureConfigurationArn,
        each.distributionConfigurationArn,
        ...(each.workflows ?? []).map(({ workflowArn }) => workflowArn),
      ].includes(arn),
    )
    return (recipes[0] ?? pipelines[0])?.arn
  }

  find(arn: string): Kinds[Kind] | undefined {
    const [, , , region = '', account = ''] = arn.split(':')
    return this.#kept.in({ account, region }).get(arn)?.value
  }

  /** `1.0.x` is the next version that is free. */
  #nextVersion(kind: Kind, name: string, wanted: string, place: Place): string {
    if (!wanted.includes('x')) return wanted
    const fixed = wanted.slice(0, wanted.indexOf('x'))
    const taken = (this.list(kind, place) as { name?: string; version?: string }[])
      .filter((each) => each.name === name && each.version?.startsWith(fixed))
      .map(({ version = '' }) => Number(version.slice(fixed.length).split('.')[0]))
    return wanted.replace('x', `${taken.length === 0 ? 0 : Math.max(...taken) + 1}`).replaceAll('x', '0')
  }

  #complete(kind: Kind, value: Record<string, unknown>, place: Place): Kinds[Kind] {
    const { account: owner } = place
    if (kind === 'component')
      return { type: 'BUILD', owner, encrypted: true, state: { status: 'ACTIVE' }, ...value } as Component
    if (kind === 'distribution-configuration') return { timeoutMinutes: 720, ...value } as DistributionConfiguration
    if (kind === 'image-recipe')
      return { type: 'AMI', owner, platform: this.#platformOf(value), ...value } as ImageRecipe
    if (kind === 'workflow') return { owner, ...value } as Workflow
    if (kind !== 'image-pipeline') return value as InfrastructureConfiguration
    const platform = this.#platformOfPipeline(value)
    this.get('infrastructure-configuration', String(value.infrastructureConfigurationArn))
    return {
      status: 'ENABLED',
      enhancedImageMetadataEnabled: true,
      platform,
      ...value,
    } as ImagePipeline
  }

  /** A pipeline has one recipe, of an image or of a container; the containers' are not kept here. */
  #platformOfPipeline({ imageRecipeArn, containerRecipeArn }: Record<string, unknown>) {
    if ((imageRecipeArn === undefined) === (containerRecipeArn === undefined))
      throw new AwsError('InvalidRequestException', 'A pipeline has either an image recipe or a container recipe.')
    return imageRecipeArn === undefined ? 'Linux' : this.get('image-recipe', String(imageRecipeArn)).platform
  }

  /** The platform of the recipe's own components; those of AWS and of others are not known here. */
  #platformOf(recipe: Record<string, unknown>): string {
    const configured = (recipe.components ?? []) as { componentArn: string }[]
    const own = configured.map(({ componentArn }) => this.find(componentArn) as Component | undefined)
    return own.find((each) => each?.platform)?.platform ?? 'Linux'
  }
}

/** What a resource of a template asks of the API. */
function inputOf(type: string, properties: Record<string, unknown>) {
  const template = templates[type]
  if (!template) throw new UnsupportedFeature('resource type', type)
  const shape = shapeOf(template.request)
  const problems: string[] = []
  const named = toApiNames(shape, apiOf(properties))
  const input = read(shape, named, problems, { text: true }) as Record<string, unknown>
  if (problems.length > 0) throw new Error(`${type} ${properties.Name}: ${problems.join('; ')}`)
  return { kind: template.kind, input }
}

/** CloudFormation adds tags of its own, which nobody else may give. */
function withoutStack(input: Record<string, unknown>): Record<string, unknown> {
  const own = Object.entries((input.tags ?? {}) as object).filter(([key]) => !key.startsWith('aws:cloudformation:'))
  return { ...input, tags: Object.fromEntries(own) }
}

function apiOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(apiOf)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [renamed[key] ?? key, apiOf(item)]))
}

const versionOf = (value: object) => ('version' in value ? String(value.version) : '')

export function byVersion(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  return left.map((part, i) => part - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0
}

function latest(arn: string): Record<string, string> {
  const [, base, major, minor] = arn.match(/^(.+)\/(\d+)\.(\d+)\.\d+(?:\/\d+)?$/) ?? []
  if (!base) return {}
  return {
    'LatestVersion.Arn': `${base}/x.x.x`,
    'LatestVersion.Major': `${base}/${major}.x.x`,
    'LatestVersion.Minor': `${base}/${major}.${minor}.x`,
    'LatestVersion.Patch': arn,
  }
}
