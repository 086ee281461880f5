import {
  ImagebuilderClient,
  type ImagePackage,
  ListImagePackagesCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CallRecord } from '../../../../emulator/services/types.ts'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  roleWith,
  type Served,
  seedFleet,
  served,
  soe,
} from '../../accounts.ts'

const calls: CallRecord[] = []
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

beforeEach(async () => {
  world = await served()
  fleet = seedFleet(world)
  client = new ImagebuilderClient(clientOptions(world, roleWith(world.aws, [allow('imagebuilder:*')])))
})

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

let token = 0
const start = async (imagePipelineArn = fleet.pipeline) => {
  const input = { imagePipelineArn, clientToken: `b-${token++}` }
  return (await client.send(new StartImagePipelineExecutionCommand(input))).imageBuildVersionArn ?? ''
}
const built = async (pipeline?: string) => {
  const arn = await start(pipeline)
  world.clock.run()
  return arn
}
const packages = async (imageBuildVersionArn: string) => {
  const found: ImagePackage[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(new ListImagePackagesCommand({ imageBuildVersionArn, nextToken }))
    found.push(...(page.imagePackageList ?? []))
    nextToken = page.nextToken
  } while (nextToken)
  return new Map(found.map(({ packageName = '', packageVersion = '' }) => [packageName, packageVersion]))
}
/** The part of a version that moves. */
const release = (version = '') => Number(version.split('-').at(-1))

const pipelineOf = (name: string, properties: Record<string, unknown> = {}) => {
  const make = (type: string, of: Record<string, unknown>) =>
    world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, { Name: name, ...of }, build).ref
  const recipe = make('ImageRecipe', {
    Version: '1.0.0',
    ParentImage: `ssm:/golden/images/${name}/parent`,
    Components: [],
  })
  return make('ImagePipeline', {
    ImageRecipeArn: recipe,
    InfrastructureConfigurationArn: fleet.infrastructure,
    ...properties,
  })
}
const parentOf = (name: string, value: string) =>
  world.aws.ssm.seed(build, { name: `/golden/images/${name}/parent`, value })
const amiOf = (arn: string) => world.aws.imagebuilder.images.get(arn).amis[0]?.image ?? ''

it('has some sixty packages, over several pages', async () => {
  const found = await packages(await built())
  expect(found.size).toBeGreaterThan(55)
  expect(found.size).toBeLessThan(75)
  expect(found.get('openssl-libs')).toMatch(/^3\.2\.2-\d+$/)
})

it('is the same for the same seed, and some of it is newer after each bake', async () => {
  const arns = [await built(), await built(), await built()]
  const lists = await Promise.all(arns.map(packages))
  for (const [before, after] of [lists.slice(0, 2), lists.slice(1)]) {
    expect([...(after?.keys() ?? [])]).toEqual([...(before?.keys() ?? [])])
    const moved = [...(after ?? [])].filter(([name, version]) => version !== before?.get(name))
    expect(moved.length).toBeGreaterThan(0)
    expect(moved.length).toBeLessThan(5)
    for (const [name, version] of moved) expect(release(version)).toBeGreaterThan(release(before?.get(name)))
  }
  const other = await served()
  const again = seedFleet(other)
  const input = { imagePipelineArn: again.pipeline, clientToken: 'b-1' }
  const operator = new ImagebuilderClient(clientOptions(other))
  await operator.send(new StartImagePipelineExecutionCommand(input))
  other.clock.run()
  const [first] = other.aws.imagebuilder.images.list(build)
  expect(new Map(first?.packages?.map((each) => [each.packageName, each.packageVersion]))).toEqual(lists[0])
  await other.close()
})

it('has what the parent has, and things of its own', async () => {
  const parent = await built()
  parentOf('golden-child', amiOf(parent))
  const child = await built(pipelineOf('golden-child'))
  const [above, below] = [await packages(parent), await packages(child)]
  for (const [name, version] of above) expect(release(below.get(name))).toBeGreaterThanOrEqual(release(version))
  const own = [...below.keys()].filter((name) => !above.has(name))
  expect(own.length).toBeGreaterThan(0)
  expect(own.length).toBeLessThan(3)
})

it('of a newer parent is newer itself, and of a Windows parent is Windows’', async () => {
  const upstream = (Name: string, CreationDate: string) =>
    world.aws.ec2.addImage({ ...soe, Name, CreationDate, sharedWith: [build.account] }).image.ImageId
  parentOf('golden-dated', upstream('al2023-soe 7', '2026-02-01T00:00:00.000Z'))
  const pipeline = pipelineOf('golden-dated')
  const before = await packages(await built(pipeline))
  parentOf('golden-dated', upstream('al2023-soe 8', '2026-08-01T00:00:00.000Z'))
  const after = await packages(await built(pipeline))
  const moved = [...after].filter(([name, version]) => release(version) > release(before.get(name)))
  expect(moved.length).toBeGreaterThan(10)
  for (const [name, version] of after) expect(release(version)).toBeGreaterThanOrEqual(release(before.get(name)))
  const { image } = world.aws.ec2.addImage({
    ...soe,
    Name: 'windows 1',
    Platform: 'Windows',
    sharedWith: [build.account],
  })
  parentOf('golden-windows', image.ImageId)
  const names = [...(await packages(await built(pipelineOf('golden-windows')))).keys()]
  expect(names).toContain('AWS-PV-Drivers')
  expect(names).not.toContain('glibc')
})

it('is what the world says', async () => {
  const own = [
    { packageName: 'kernel', packageVersion: '6.1.0' },
    { packageName: 'kernel', packageVersion: '6.1.1' },
  ]
  world.aws.imagebuilder.packages = ({ name }) => (name === 'golden-base' ? own : undefined)
  const input = { imageBuildVersionArn: await built() }
  expect((await client.send(new ListImagePackagesCommand(input))).imagePackageList).toEqual(own)
})

it('is there from the build on, and only where the pipeline collects it', async () => {
  const arn = await start()
  expect(await packages(arn)).toEqual(new Map())
  world.clock.run()
  expect((await packages(arn)).size).toBeGreaterThan(0)
  parentOf('golden-silent', amiOf(arn))
  expect(await packages(await built(pipelineOf('golden-silent', { EnhancedImageMetadataEnabled: false })))).toEqual(
    new Map(),
  )
})

it('refuses an image that is not there, and who has no right for it', async () => {
  const arn = await built()
  await expect(packages(`${arn}1`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  const narrow = { ...allow('imagebuilder:ListImagePackages'), Resource: `${arn}1` }
  client = new ImagebuilderClient(clientOptions(world, roleWith(world.aws, [narrow])))
  await expect(packages(arn)).rejects.toThrow(`imagebuilder:ListImagePackages on resource: ${arn}`)
})

itFitsTheModels(() => calls)
