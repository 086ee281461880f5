import type {
  ComponentConfiguration,
  ImagePipeline,
  ImageRecipe,
  InstanceBlockDeviceMapping,
} from '@aws-sdk/client-imagebuilder'
import type { Adopted } from '../../aws/recipes.ts'
import type { RecipeField } from '../../domain/fleet/image-fields.ts'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { type RecipeVolume, volumesOf } from '../../domain/fleet/volumes.ts'
import { fleetTag, pointerName, resourceName } from '../../domain/names.ts'
import { list } from '../render/text.ts'

/** What of a pipeline that a deploy makes is not as the fleet says, each in a sentence; nothing where all is. */
export function notAsTheFleetSays(
  fleet: Fleet,
  name: string,
  { pipeline, recipe }: Pick<Adopted, 'pipeline' | 'recipe'>,
): string[] {
  const image = fleet.images[name] as Image
  const parent = `ssm:${pointerName(fleet.name, name, 'parent')}`
  return [
    ...said('the parent of its recipe', recipe.parentImage, parent),
    ...Object.values(differences).flatMap((differing) => differing(recipe, image, { fleet, name })),
    ...said('running tests', pipeline.imageTestsConfiguration?.imageTestsEnabled ?? true, image.tests),
    ...said('scanning', pipeline.imageScanningConfiguration?.imageScanningEnabled ?? false, image.scanning),
    ...strange(pipeline),
  ]
}

interface Whose {
  fleet: Fleet
  /** The image's. */
  name: string
}

/** What of the recipe is not as each field that is baked says. */
const differences: { [K in RecipeField]: (recipe: ImageRecipe, image: Image, whose: Whose) => string[] } = {
  components: (recipe, image, { fleet }) =>
    differingComponents(
      recipe.components ?? [],
      image.components.map(({ component, parameters }) => ({
        component: expectedComponent(fleet, component),
        parameters,
      })),
    ),
  // It is one of its volumes, named by its device.
  root: () => [],
  volumes: (recipe, _image, { fleet, name }) =>
    differingVolumes(recipe.blockDeviceMappings ?? [], volumesOf(fleet, name)),
  workingDirectory: (recipe, image) => said('its working directory', recipe.workingDirectory, image.workingDirectory),
  userData: ({ additionalInstanceConfiguration: more }, { userData }) =>
    more?.userDataOverride === encoded(userData) ? [] : ['its user data is not that of the fleet'],
  uninstallSsmAgent: ({ additionalInstanceConfiguration: more }, { uninstallSsmAgent = false }) =>
    said(
      'removing the Systems Manager Agent',
      more?.systemsManagerAgent?.uninstallAfterBuild ?? false,
      uninstallSsmAgent,
    ),
  // The SDK's answer has none.
  watermarks: () => [],
  tags: (recipe, image, { fleet, name }) => {
    const found = tagsText(recipe.amiTags ?? {})
    const wanted = tagsText({ ...image.tags, [fleetTag]: fleet.name, 'rebake:image': name })
    return found === wanted ? [] : [`the tags of its AMIs are ${found || 'none'}, and ${wanted} in the fleet`]
  },
}

const encoded = (userData?: string) => userData && Buffer.from(userData).toString('base64')

const said = (what: string, found: unknown, wanted: unknown) =>
  found === wanted ? [] : [`${what} is ${found ?? 'not set'}, and ${wanted ?? 'not set'} in the fleet`]

const tagsText = (tags: Record<string, string>) =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(', ')

/** What no deploy does. */
const strange = ({ status, schedule, distributionConfigurationArn }: ImagePipeline) => [
  ...(status === 'DISABLED' ? ['it is disabled: enable it, which no deploy does'] : []),
  ...(schedule?.scheduleExpression ? [`it has a schedule, ${schedule.scheduleExpression}`] : []),
  ...(distributionConfigurationArn ? [`it distributes by itself, by ${distributionConfigurationArn}`] : []),
]

interface Expected {
  component: string
  parameters: Record<string, string>
}

/** An ARN that may have any version, or, where the fleet pins one, that version. */
function expectedComponent(fleet: Fleet, key: string): string {
  const component = fleet.components[key]
  if (component && 'arn' in component) return component.arn
  return `:${fleet.build.account}:component/${resourceName(fleet.name, key)}-*/x.x.x`
}

function differingComponents(found: readonly ComponentConfiguration[], wanted: readonly Expected[]): string[] {
  const names = (arns: readonly string[]) => list(arns.map(shortName)) || 'none'
  const arns = found.map(({ componentArn = '' }) => componentArn)
  if (arns.length !== wanted.length || !wanted.every(({ component }, i) => isFor(arns[i] ?? '', component)))
    return [
      `the components of its recipe are ${names(arns)}, and ${names(wanted.map(({ component }) => component))} in the fleet`,
    ]
  return wanted.flatMap(({ component, parameters }, i) => {
    const given = (found[i]?.parameters ?? []).map(({ name = '', value = [] }) => `${name}=${value.join(',')}`)
    const said = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
    return given.toSorted().join('\n') === said.toSorted().join('\n')
      ? []
      : [`the parameters of ${shortName(component)} are not those in the fleet`]
  })
}

/** Image Builder has hyphens in ARNs for what it does not like in names. */
const plain = (arn: string) => arn.toLowerCase().replaceAll('_', '-')

function isFor(arn: string, expected: string): boolean {
  const [wildcards] = expected.match(/(x\.)*x$/) ?? []
  // The fleet's own end in a part of the id of their stack.
  const [before = '', after = ''] = plain(expected)
    .slice(0, -(wildcards?.length ?? 0))
    .split('*')
  if (expected.includes('*')) return new RegExp(`${before}[0-9a-f]{8}(-[0-9a-f]{8})?${after}`).test(plain(arn))
  return wildcards
    ? plain(arn).includes(before)
    : plain(arn) === plain(expected) || plain(arn).startsWith(`${plain(expected)}/`)
}

const shortName = (arn: string) => arn.split('/')[1]?.replace(/-\*$/, '') ?? arn

function differingVolumes(found: readonly InstanceBlockDeviceMapping[], wanted: RecipeVolume[]): string[] {
  const there = found.map(({ deviceName: device, ebs = {}, noDevice }) => {
    const { volumeSize: size, volumeType: type, iops, throughput, snapshotId: snapshot, deleteOnTermination } = ebs
    // Nobody here knows the id of the fleet's own key.
    const kmsKey = wanted.find((volume) => volume.device === device)?.kmsKey && ebs.kmsKeyId
    const facts = { device, size, type, iops, throughput, snapshot, kmsKey, deleteOnTermination }
    return volumeText({ ...facts, omit: noDevice !== undefined })
  })
  const expected = wanted.map(({ type, ...volume }) => volumeText(volume.omit ? volume : { type, ...volume }))
  const same = there.toSorted().join('\n') === expected.toSorted().join('\n')
  const reported = (volumes: string[]) => volumes.join(', ') || 'none'
  return same ? [] : [`the volumes of its recipe are ${reported(there)}, and ${reported(expected)} in the fleet`]
}

type VolumeFacts = {
  [K in Exclude<keyof RecipeVolume, 'omit'>]?: RecipeVolume[K] | string | undefined
} & { omit?: boolean | undefined }

const volumeText = (volume: VolumeFacts) => {
  const { device = '', size, type, iops, throughput, snapshot, kmsKey, deleteOnTermination, omit } = volume
  return [
    device,
    omit && 'omitted',
    size && `${size} GiB`,
    type,
    iops && `${iops} IOPS`,
    throughput && `${throughput} MiB/s`,
    snapshot && `of ${snapshot}`,
    kmsKey && `with ${kmsKey}`,
    deleteOnTermination === false && 'kept on termination',
  ]
    .filter(Boolean)
    .join(' ')
}
