import {
  CreateImagePipelineRequest$,
  CreateImageRecipeRequest$,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  ImagePipeline$,
  ImageRecipe$,
} from '@aws-sdk/client-imagebuilder'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinAdopted } from '../../aws/recipes.ts'
import { carriedByPipeline, carriedByRecipe } from '../../domain/adoption.ts'
import { toPascalNames } from '../../emulator/protocol/casing.ts'
import { type Schema, type Shape, shapeOf } from '../../emulator/protocol/shape.ts'
import { build, clientOptions, type Served, served, soe, trusting } from '../emulator/accounts.ts'

const executionRole = `arn:aws:iam::${build.account}:role/pipelines`
const managed = `arn:aws:imagebuilder:${build.region}:aws`
const membersOf = (schema: Schema) => new Map(shapeOf(schema).structIterator())
const pick = <T>(...values: [T, ...T[]]) => fc.constantFrom(...values)

/** Any value of a shape: what the API has tomorrow is generated tomorrow. Where `all` is set, no member is left out. */
function anyOf(shape: Shape, all: boolean): fc.Arbitrary<unknown> {
  if (shape.isListSchema()) return fc.array(anyOf(shape.getValueSchema(), all), { minLength: 1, maxLength: 3 })
  if (shape.isMapSchema()) return fc.dictionary(fc.stringMatching(/^[a-z]{3,9}$/), text, { minKeys: 1, maxKeys: 3 })
  if (shape.isNumericSchema()) return fc.integer({ min: 1, max: 500 })
  if (shape.isBooleanSchema()) return fc.boolean()
  if (!shape.isStructSchema()) return text
  return structOf(Object.fromEntries(shape.structIterator()), {}, all)
}
const text = fc.stringMatching(/^[A-Za-z0-9/ -]{1,20}$/)

function structOf(
  members: Record<string, Shape>,
  known: Record<string, fc.Arbitrary<unknown>>,
  all: boolean,
): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(members).map(([name, shape]) => [name, known[name] ?? anyOf(shape, all)])
  const always = ['componentArn', 'name', 'value', 'workflowArn', 'launchTemplateId', 'failureCount']
  const requiredKeys = all ? {} : { requiredKeys: always.filter((name) => name in members) }
  return fc.record(Object.fromEntries(values), requiredKeys as object)
}

const version = fc.tuple(fc.nat(9), fc.nat(99), fc.nat(2_000)).map((nodes) => nodes.join('.'))
const componentArn = fc
  .tuple(pick('update-linux', 'harden', 'agent'), version, pick('', '/1', '/7'))
  .map(([name, number, suffix]) => `${managed}:component/${name}/${number}${suffix}`)

interface Disk {
  deviceName?: string
  ebs?: { iops?: number; throughput?: number; volumeType?: string }
}

/** A volume that Image Builder takes: its devices differ, and its figures are within bounds. */
function possible({ ebs, ...disk }: Disk, at: number): Disk {
  if (ebs?.iops !== undefined) ebs.iops += 100
  if (ebs?.throughput !== undefined) Object.assign(ebs, { throughput: ebs.throughput + 125, volumeType: 'gp3' })
  const named = Object.assign(disk, { deviceName: `/dev/sd${at}` })
  return ebs ? Object.assign(named, { ebs }) : named
}

/** A recipe with a pinned parent, as a request would make it; its name and its parent are set later. */
function recipes(all: boolean) {
  const { clientToken: _, ...members } = Object.fromEntries(membersOf(CreateImageRecipeRequest$))
  const parameters = anyOf(membersOf(CreateImageRecipeRequest$).get('components') as Shape, true)
  const components = fc
    .tuple(parameters, fc.array(componentArn, { minLength: 3, maxLength: 3 }))
    .map(([made, arns]) => (made as object[]).map((each, i) => ({ ...each, componentArn: arns[i] })))
  const { blockDeviceMappings: disks } = members
  const blockDeviceMappings = anyOf(disks as Shape, all).map((devices) => (devices as Disk[]).map(possible))
  return structOf(members, { components, blockDeviceMappings }, all).chain((recipe) =>
    version.map((semanticVersion) => ({ ...recipe, semanticVersion })),
  )
}

function pipelines(all: boolean) {
  const {
    clientToken: _t,
    containerRecipeArn: _c,
    ...members
  } = Object.fromEntries(membersOf(CreateImagePipelineRequest$))
  // Those of another account, whatever they declare: one that builds, and some that test.
  const workflows = anyOf(members.workflows as Shape, all).map((uses) =>
    (uses as { parallelGroup?: string }[]).map(({ parallelGroup, ...use }, i) => {
      const workflowArn = `arn:aws:imagebuilder:${build.region}:${soe.account}:workflow/${i === 0 ? 'build' : 'test'}/w${i}/1.0.0/1`
      return Object.assign(use, { workflowArn }, i === 0 || parallelGroup === undefined ? {} : { parallelGroup })
    }),
  )
  const known = { executionRole: fc.constant(executionRole), status: pick('ENABLED', 'DISABLED'), workflows }
  return structOf(members, known, all)
}

let world: Served
let infrastructure: string
let distribution: string
let oldAmi: string
let newAmi: string
let made = 0

const make = (type: string, schema: Schema, value: Record<string, unknown>) => {
  const { SemanticVersion: Version, ...rest } = toPascalNames(shapeOf(schema), value) as Record<string, unknown>
  const properties = { ...rest, ...(Version === undefined ? {} : { Version }) }
  return world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build).ref
}

beforeAll(async () => {
  world = await served()
  // Each try has a pipeline of its own.
  world.aws.quotas.values.set('imagebuilder L-7A0E01E3', 10_000)
  const ami = (Name: string) => world.aws.ec2.addImage({ ...soe, Name, sharedWith: [build.account] })
  oldAmi = ami('old').image.ImageId
  newAmi = ami('new').image.ImageId
  const create = (type: string, properties: object) =>
    world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, { ...properties }, build).ref
  infrastructure = create('InfrastructureConfiguration', { Name: 'all', InstanceProfileName: 'p' })
  distribution = create('DistributionConfiguration', {
    Name: 'all',
    Distributions: [{ Region: build.region }],
  })
  world.aws.addRole({
    account: build.account,
    logicalId: 'Pipelines',
    name: 'pipelines',
    policies: [],
    arn: executionRole,
    trust: trusting({ Service: 'imagebuilder.amazonaws.com' }),
  })
})
afterAll(() => world.close())

type Values = Record<string, unknown>

/** Makes the pipeline and its recipe. */
function adopt(recipe: Values, pipeline: Values): string {
  const name = `Nightly ${++made}`
  const imageRecipeArn = make('ImageRecipe', CreateImageRecipeRequest$, {
    ...recipe,
    name,
    parentImage: oldAmi,
  })
  const distributionConfigurationArn = pipeline.distributionConfigurationArn && distribution
  return make('ImagePipeline', CreateImagePipelineRequest$, {
    ...pipeline,
    name,
    imageRecipeArn,
    infrastructureConfigurationArn: infrastructure,
    ...(distributionConfigurationArn ? { distributionConfigurationArn } : {}),
  })
}

async function read(client: ImagebuilderClient, imagePipelineArn: string) {
  const { imagePipeline } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }))
  const { imageRecipeArn } = imagePipeline ?? {}
  const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }))
  return { pipeline: imagePipeline as Values, recipe: imageRecipe as Values }
}

/** Pins a pipeline, and names every member of it and of its recipe that is not as it was. */
async function changedBy(client: ImagebuilderClient, pipelineArn: string): Promise<string[]> {
  const before = await read(client, pipelineArn)
  const pin = { pipelineArn, parentAmi: newAmi, componentUpdates: 'pinned' as const, token: pipelineArn }
  await pinAdopted({ imageBuilder: client }, pin)
  const after = await read(client, pipelineArn)
  const differing = (schema: Schema, what: 'recipe' | 'pipeline') =>
    [...membersOf(schema).keys()]
      .filter((member) => !same(before[what][member], after[what][member]))
      .map((member) => `${what}.${member}`)
  expect(after.recipe.parentImage).toBe(newAmi)
  return [...differing(ImageRecipe$, 'recipe'), ...differing(ImagePipeline$, 'pipeline')]
}

const same = (one: unknown, other: unknown) => {
  try {
    expect(other).toEqual(one)
    return true
  } catch {
    return false
  }
}

/** What a rebake is for. Versions, ARNs and dates follow from it. */
const meant = ['recipe.arn', 'recipe.version', 'recipe.parentImage', 'pipeline.imageRecipeArn', 'pipeline.dateUpdated']
const operator = () => new ImagebuilderClient(clientOptions(world))

describe('of an adopted pipeline, all but the parent survives a rebake', () => {
  it('whatever its recipe and itself say', async () => {
    const client = operator()
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(recipes(false), pipelines(false), async (recipe, pipeline) => {
        const pipelineArn = adopt(recipe, pipeline)
        for (const [what, value] of Object.entries(await read(client, pipelineArn)))
          for (const member of Object.keys(value)) seen.add(`${what}.${member}`)
        expect(await changedBy(client, pipelineArn)).toEqual(meant)
      }),
      { numRuns: 60, seed: 4 },
    )
    const able = [...carriedByRecipe.map((member) => `recipe.${member}`)].concat(
      carriedByPipeline.map((member) => `pipeline.${member}`),
    )
    expect(able.filter((member) => !seen.has(member))).toEqual(['pipeline.containerRecipeArn'])
  })
})

describe('the property would notice', () => {
  /** A client whose requests lose one member on their way. */
  const losing = (command: string, member: string) => {
    const client = operator()
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { [member]: _, ...input } = args.input as Values
          return next(commandName === command ? { ...args, input: input as typeof args.input } : args)
        },
      { step: 'initialize' },
    )
    return client
  }
  const [[recipe, pipeline] = [{}, {}]] = fc.sample(fc.tuple(recipes(true), pipelines(true)), {
    numRuns: 1,
    seed: 4,
  })
  // These are what the requests are about: without them there is an error, and no silent loss.
  const needed = ['name', 'parentImage', 'imageRecipeArn', 'containerRecipeArn', 'infrastructureConfigurationArn']

  it.each(carriedByRecipe.filter((member) => !needed.includes(member)))('the %s of a recipe', async (member) => {
    const changed = await changedBy(losing('CreateImageRecipeCommand', member), adopt(recipe, pipeline))
    expect(changed.filter((each) => !meant.includes(each))).toEqual([`recipe.${member}`])
  })

  it.each(carriedByPipeline.filter((member) => !needed.includes(member)))('the %s of a pipeline', async (member) => {
    const reported = { status: 'DISABLED', enhancedImageMetadataEnabled: false }
    const pipelineArn = adopt(recipe, { ...pipeline, ...reported })
    const changed = await changedBy(losing('UpdateImagePipelineCommand', member), pipelineArn)
    expect(changed.filter((each) => !meant.includes(each))).toEqual([`pipeline.${member}`])
  })
})
