/**
 * What a rebake does with a pipeline that was there before: the next version of its recipe, and the pipeline moved to it,
 * with all else as it was. The shapes are Image Builder's, as far as they are needed here.
 */

/**
 * Whether a recipe names one AMI for ever, or Image Builder finds out at each build: a parameter, an image without a
 * build number or with wildcards, which is its newest build, or a product of AWS Marketplace.
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImageRecipe.html
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/ibhow-semantic-versioning.html
 */
export const parentKind = (parentImage: string): 'pinned' | 'followed' =>
  /^ami-/.test(parentImage) || /:image\/[^/]+\/\d+\.\d+\.\d+\/\d+$/.test(parentImage) ? 'pinned' : 'followed'

/**
 * The next patch of a version: Image Builder puts the number that is free in place of the x.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/create-image-recipes.html
 */
export const nextVersion = (version: string): string => version.replace(/\d+$/, 'x')

/** What of a recipe goes into its next version. A test finds what Image Builder has and is not here. */
export const carriedByRecipe = [
  'name',
  'description',
  'components',
  'parentImage',
  'blockDeviceMappings',
  'workingDirectory',
  'additionalInstanceConfiguration',
  'amiTags',
  'tags',
] as const

/** What of a pipeline an update must repeat: "Properties that you omit are reset to default values or are removed." */
export const carriedByPipeline = [
  'description',
  'imageRecipeArn',
  'containerRecipeArn',
  'infrastructureConfigurationArn',
  'distributionConfigurationArn',
  'imageTestsConfiguration',
  'enhancedImageMetadataEnabled',
  'schedule',
  'status',
  'imageScanningConfiguration',
  'workflows',
  'loggingConfiguration',
  'executionRole',
  'imageTags',
] as const

type Text = string | undefined
export interface UsedComponent {
  componentArn: Text
}
interface Recipe {
  name?: Text
  version?: Text
  parentImage?: Text
  components?: UsedComponent[] | undefined
}
interface Pipeline {
  arn?: Text
  infrastructureConfigurationArn?: Text
}
type Carried<T, K extends string> = Pick<T, K & keyof T>

export interface RecipeChanges<R extends Recipe> {
  parentImage?: string
  components?: NonNullable<R['components']>
}

/** The request, without its client token, for the next version of a recipe: all of it, and the changes. */
export const nextRecipe = <R extends Recipe>(recipe: R, changes: RecipeChanges<R>) => ({
  ...(carried(recipe, carriedByRecipe) as Carried<R, (typeof carriedByRecipe)[number]>),
  name: recipe.name ?? '',
  parentImage: recipe.parentImage ?? '',
  ...changes,
  semanticVersion: nextVersion(recipe.version ?? ''),
})

/** The request, without its client token, that moves a pipeline to another version of its recipe and changes nothing else. */
export const updatedPipeline = <P extends Pipeline>(pipeline: P, imageRecipeArn: string) => ({
  ...(carried(pipeline, carriedByPipeline) as Carried<P, (typeof carriedByPipeline)[number]>),
  imagePipelineArn: pipeline.arn ?? '',
  infrastructureConfigurationArn: pipeline.infrastructureConfigurationArn ?? '',
  imageRecipeArn,
})

/** Whether two recipes bake the same, and are distinguished by nothing but their versions and dates. */
export function isSameRecipe(one: object, other: object): boolean {
  const [left, right] = [one, other].map((recipe) => JSON.stringify(carried(recipe, carriedByRecipe), sorted))
  return left === right
}

/** What is said of the members. The API takes no empty text, list or map of tags. */
function carried(from: object, members: readonly string[]): Record<string, unknown> {
  const known = new Map(Object.entries(from))
  return Object.fromEntries(
    members
      .map((member) => [member, /tags$/i.test(member) ? ownTags(known.get(member)) : known.get(member)])
      .filter(([, value]) => value !== undefined && value !== null && value !== '' && !isEmptyList(value)),
  )
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0

/** Nobody may set the tags that AWS itself keeps, such as those of a stack. */
function ownTags(tags: unknown): Record<string, unknown> | undefined {
  const own = Object.entries(tags ?? {}).filter(([key]) => !key.startsWith('aws:'))
  return own.length === 0 ? undefined : Object.fromEntries(own)
}

/** For JSON.stringify: the order of members says nothing, that of lists does. */
const sorted = (_: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** A version of a component, as Image Builder lists it, or one build of it. */
export interface ComponentVersion {
  arn?: Text
  platform?: Text
  status?: Text
  /** Systems it runs on; none for any. */
  supportedOsVersions?: string[] | undefined
}

/** The component of a pinned version; undefined where wildcards let Image Builder choose. */
export function pinnedComponent(arn: string) {
  const [, component = '', version = ''] = arn.match(/^(.+:component\/[^/]+)\/(\d+\.\d+\.\d+)(?:\/\d+)?$/) ?? []
  return component === '' ? undefined : { component, version }
}

/**
 * A recipe's components, each pinned one in the newest version that is compatible: of the same major number, for the
 * same platform, and for every system that the present one is for. What has a wildcard stays as it is; so does one
 * whose present version is not among the candidates, for nobody knows what it is for.
 *
 * @param candidates versions of any components, in any order, the present ones among them
 */
export const newestComponents = <C extends UsedComponent>(
  components: readonly C[],
  candidates: readonly ComponentVersion[],
): C[] =>
  components.map((used) => {
    const newest = newestOf(used.componentArn ?? '', candidates)
    return newest === undefined ? used : { ...used, componentArn: newest }
  })

/** The ARN of the version that a component is to be moved to, which stands for its newest build. */
function newestOf(arn: string, candidates: readonly ComponentVersion[]): string | undefined {
  const pinned = pinnedComponent(arn)
  const versions = candidates.flatMap((candidate) => {
    const found = pinnedComponent(candidate.arn ?? '')
    return found && found.component === pinned?.component ? [{ ...candidate, version: found.version }] : []
  })
  const present = versions.find(({ version }) => version === pinned?.version)
  if (!pinned || !present) return undefined
  const newest = versions
    .filter(({ version }) => majorOf(version) === majorOf(pinned.version))
    .filter(({ status }) => status === undefined || status === 'ACTIVE')
    .filter(({ platform }) => platform === present.platform)
    .filter((each) => runsWhere(each, present))
    .filter(({ version }) => compareVersions(version, pinned.version) > 0)
    .sort((a, b) => compareVersions(a.version, b.version))
    .at(-1)
  return newest && `${pinned.component}/${newest.version}`
}

function runsWhere({ supportedOsVersions: its = [] }: ComponentVersion, present: ComponentVersion): boolean {
  const { supportedOsVersions: needed = [] } = present
  return its.length === 0 || (needed.length > 0 && needed.every((system) => its.includes(system)))
}

const majorOf = (version: string) => Number(version.split('.')[0])

/** Negative where the first is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  return left.map((part, i) => part - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0
}

/** Whether tags say that Terraform made something: it sets none of its own, but teams and modules do. */
export const isTerraforms = (tags: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(tags).some((tag) => tag.some((text) => /terraform/i.test(text)))
