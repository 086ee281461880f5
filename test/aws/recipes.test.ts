import { Readable } from 'node:stream'
import {
  CreateImageRecipeCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  type ImagePipeline,
  ListImageRecipesCommand,
  UpdateImagePipelineCommand,
} from '@aws-sdk/client-imagebuilder'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Pin, pinAdopted, readAdopted } from '../../aws/recipes.ts'
import { build, clientOptions, roleWith, type Served, served, soe, trusting } from '../emulator/accounts.ts'

const prefix = `arn:aws:imagebuilder:${build.region}:${build.account}`
const executionRole = `arn:aws:iam::${build.account}:role/nightly-execution`

/** All that pinAdopted may do, as small as it can be where names of recipes are not known. */
const permissions = [
  {
    Effect: 'Allow' as const,
    Action: ['imagebuilder:GetImagePipeline', 'imagebuilder:UpdateImagePipeline', 'imagebuilder:TagResource'],
    Resource: `${prefix}:image-pipeline/nightly`,
  },
  {
    Effect: 'Allow' as const,
    Action: ['imagebuilder:GetImageRecipe', 'imagebuilder:CreateImageRecipe', 'imagebuilder:TagResource'],
    Resource: `${prefix}:image-recipe/*`,
  },
  {
    Effect: 'Allow' as const,
    Action: ['imagebuilder:GetComponent'],
    Resource: `arn:aws:imagebuilder:${build.region}:*:component/*`,
  },
  {
    Effect: 'Allow' as const,
    Action: ['imagebuilder:GetInfrastructureConfiguration', 'imagebuilder:GetDistributionConfiguration'],
    Resource: [`${prefix}:infrastructure-configuration/*`, `${prefix}:distribution-configuration/*`],
  },
  {
    Effect: 'Allow' as const,
    Action: ['imagebuilder:ListImageRecipes', 'imagebuilder:ListComponents', 'ec2:DescribeImages'],
    Resource: '*',
  },
  {
    Effect: 'Allow' as const,
    Action: ['iam:PassRole'],
    Resource: `arn:aws:iam::${build.account}:role/*`,
    Condition: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
  },
]

/** With newer components a recipe may keep a parent that it follows, which its creation reads. */
const permissionsForLatest = [
  ...permissions,
  {
    Effect: 'Allow' as const,
    Action: ['ssm:GetParameter', 'imagebuilder:GetImage'],
    Resource: [`arn:aws:ssm:${build.region}:${build.account}:parameter/*`, `${prefix}:image/*`],
  },
]

let world: Served
let client: ImagebuilderClient
let amis: string[]

beforeEach(async () => {
  world = await served()
  client = new ImagebuilderClient(clientOptions(world, roleWith(world.aws, permissionsForLatest)))
  amis = ['old', 'new', 'newer'].map(
    (name) => world.aws.ec2.addImage({ ...soe, Name: name, sharedWith: [build.account] }).image.ImageId,
  )
  world.aws.ssm.seed(build, { name: '/golden/base', value: amis[0] ?? '' })
  world.aws.addRole({
    account: build.account,
    logicalId: 'Execution',
    name: 'nightly-execution',
    policies: [],
    arn: executionRole,
    trust: trusting({ Service: 'imagebuilder.amazonaws.com' }),
  })
})
afterEach(() => world.close())

const make = (type: string, properties: Record<string, unknown>, account = build.account) =>
  world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, {
    ...build,
    account,
  }).ref
const component = (Name: string, Version: string, account?: string) =>
  make('Component', { Name, Version, Platform: 'Linux', Data: 'x' }, account)

/** A pipeline that was there before, with a recipe of version 2.1.5. */
function nightly(o: { parent?: string; components?: string[]; pipeline?: object; tags?: object } = {}) {
  const { parent = amis[0], components = [component('harden', '1.0.0')] } = o
  const recipe = make('ImageRecipe', {
    Name: 'Nightly Recipe',
    Version: '2.1.5',
    ParentImage: parent,
    WorkingDirectory: '/tmp',
    Components: components.map((ComponentArn) => ({ ComponentArn })),
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: '20' } }],
    Tags: { Owner: 'us', 'aws:cloudformation:stack-name': 'nightly', ...o.tags },
  })
  const infrastructure = make('InfrastructureConfiguration', { Name: 'nightly', InstanceProfileName: 'p' })
  const distribution = make('DistributionConfiguration', {
    Name: 'nightly',
    Distributions: [{ Region: build.region }],
  })
  const pipeline = make('ImagePipeline', {
    Name: 'nightly',
    ImageRecipeArn: recipe,
    InfrastructureConfigurationArn: infrastructure,
    DistributionConfigurationArn: distribution,
    ExecutionRole: executionRole,
    Tags: { Owner: 'us' },
    Schedule: { ScheduleExpression: 'cron(0 0 * * ? *)' },
    ImageTags: { Team: 'us' },
    ...o.pipeline,
  })
  return { recipe, pipeline }
}

const pin = (o: Partial<Pin> = {}, imageBuilder = client) =>
  pinAdopted(
    { imageBuilder },
    {
      pipelineArn: `${prefix}:image-pipeline/nightly`,
      parentAmi: amis[1] ?? '',
      componentUpdates: 'pinned',
      token: 'execution-1',
      ...o,
    },
  )
const operator = () => new ImagebuilderClient(clientOptions(world))
const pipelineNow = async (): Promise<ImagePipeline> => {
  const { imagePipeline = {} } = await operator().send(
    new GetImagePipelineCommand({ imagePipelineArn: `${prefix}:image-pipeline/nightly` }),
  )
  return imagePipeline
}
const recipeOf = async (imageRecipeArn: string) =>
  (await operator().send(new GetImageRecipeCommand({ imageRecipeArn }))).imageRecipe
const versions = async () =>
  ((await operator().send(new ListImageRecipesCommand({}))).imageRecipeSummaryList ?? []).map(
    ({ arn }) => arn?.split('/').at(-1) ?? '',
  )
const changes = () => world.aws.calls.map(({ operation }) => operation).filter((name) => /^(Create|Update)/.test(name))

describe('a recipe that pins its parent', () => {
  it('gets a next version with the new parent, and the pipeline moves to it', async () => {
    const { recipe } = nightly()
    const [before, pipeline] = [await recipeOf(recipe), await pipelineNow()]
    const recipeArn = `${prefix}:image-recipe/nightly-recipe/2.1.6`
    const role = roleWith(world.aws, permissions, { name: 'pinned-only' })
    expect(await pin({}, new ImagebuilderClient(clientOptions(world, role)))).toEqual({
      recipeArn,
      changed: true,
    })
    const at = expect.any(String)
    expect(await recipeOf(recipeArn)).toEqual({
      ...before,
      arn: recipeArn,
      version: '2.1.6',
      parentImage: amis[1],
      tags: { Owner: 'us' },
    })
    expect(await pipelineNow()).toEqual({ ...pipeline, imageRecipeArn: recipeArn, dateUpdated: at })
    expect(await recipeOf(recipe)).toEqual(before)
  })

  it('is let be when it has this parent', async () => {
    const { recipe } = nightly({ parent: amis[1] ?? '' })
    expect(await pin()).toEqual({ recipeArn: recipe, changed: false })
    expect(changes()).toEqual([])
  })

  it('is found again by a campaign that goes back', async () => {
    nightly()
    const { recipeArn } = await pin()
    await pin({ parentAmi: amis[2] ?? '', token: 'execution-2' })
    expect(await pin({ token: 'execution-3' })).toEqual({ recipeArn, changed: true })
    expect(await versions()).toEqual(['2.1.5', '2.1.6', '2.1.7'])
  })

  it('is not taken for one that somebody else made of another mind', async () => {
    nightly()
    make('ImageRecipe', { Name: 'Nightly Recipe', Version: '2.1.6', ParentImage: amis[1] })
    expect(await pin()).toMatchObject({ recipeArn: expect.stringMatching(/2\.1\.7$/) })
  })
})

it.each(['ssm:/golden/base', `${prefix}:image/base/x.x.x`, `${prefix}:image/base/1.0.0`])(
  'a recipe that follows %s is left alone',
  async (parent) => {
    const { recipe } = nightly({ parent })
    expect(await pin()).toEqual({ recipeArn: recipe, changed: false })
    expect(changes()).toEqual([])
  },
)

describe('components', () => {
  const withVersions = () => {
    component('update-linux', '1.0.2', 'aws')
    component('update-linux', '1.4.0', 'aws')
    component('update-linux', '2.0.0', 'aws')
    component('Harden All', '1.0.0')
    component('Harden All', '1.1.0')
    const managed = `arn:aws:imagebuilder:${build.region}:aws:component`
    const missing = `${managed}/gone/1.0.0/1`
    return [`${managed}/update-linux/1.0.2/1`, missing, `${prefix}:component/harden-all/1.x.x`].concat(
      `${prefix}:component/harden-all/1.0.0/1`,
    )
  }

  it('stay where they are pinned', async () => {
    const components = withVersions()
    nightly({ components })
    const { recipeArn } = await pin()
    const kept = (await recipeOf(recipeArn))?.components?.map(({ componentArn }) => componentArn)
    expect(kept).toEqual(components)
  })

  it('move to the newest compatible version when that is wanted, whatever the parent is', async () => {
    const [managed = '', missing, wildcard, own = ''] = withVersions()
    nightly({ components: [managed, missing ?? '', wildcard ?? '', own], parent: 'ssm:/golden/base' })
    const moved = await pin({ componentUpdates: 'latest' })
    expect(moved.changed).toBe(true)
    const recipe = await recipeOf(moved.recipeArn)
    expect(recipe?.parentImage).toBe('ssm:/golden/base')
    expect(recipe?.components?.map(({ componentArn }) => componentArn)).toEqual([
      managed.replace('1.0.2/1', '1.4.0'),
      missing,
      wildcard,
      own.replace('1.0.0/1', '1.1.0'),
    ])
    expect(await pin({ componentUpdates: 'latest' })).toEqual({ ...moved, changed: false })
  })
})

it('components of many versions are found on every page', async () => {
  const used = component('agent', '1.0.0')
  for (let minor = 1; minor <= 30; minor++) component('agent', `1.${minor}.0`)
  nightly({ components: [used] })
  const { recipeArn } = await pin({ componentUpdates: 'latest' })
  expect((await recipeOf(recipeArn))?.components?.[0]?.componentArn).toMatch(/agent\/1\.30\.0$/)
})

describe('a try that breaks off', () => {
  /** The client of a function that dies at its nth request: before it, or when the answer is there. */
  const dying = (nth: number, when: 'before' | 'after') => {
    let sent = 0
    const mortal = new ImagebuilderClient(
      clientOptions(world, world.aws.iam.principalOf(`arn:aws:iam::${build.account}:role/worker`, 'test')),
    )
    mortal.middlewareStack.add(
      (next) => async (args) => {
        const isLast = ++sent === nth
        if (isLast && when === 'before') throw new Error('died')
        const answer = await next(args)
        if (isLast) throw new Error('died')
        return answer
      },
      { step: 'initialize' },
    )
    return mortal
  }
  const points = [1, 2, 3, 4, 5].flatMap((nth) => [
    { nth, when: 'before' as const },
    { nth, when: 'after' as const },
  ])

  it.each(points)('$when request $nth leaves nothing that another has to make again', async ({ nth, when }) => {
    nightly()
    await expect(pin({}, dying(nth, when))).rejects.toThrow('died')
    await pin()
    expect(await versions()).toEqual(['2.1.5', '2.1.6'])
    expect((await pipelineNow()).imageRecipeArn).toMatch(/2\.1\.6$/)
  })

  it.each(points)('$when request $nth is found out even when tokens are forgotten', async ({ nth, when }) => {
    nightly()
    await expect(pin({}, dying(nth, when))).rejects.toThrow('died')
    await pin({ token: 'another' })
    expect(await versions()).toEqual(['2.1.5', '2.1.6'])
    expect((await pipelineNow()).imageRecipeArn).toMatch(/2\.1\.6$/)
  })
})

describe('what cannot be rebaked is refused, with what to do', () => {
  it('a pipeline that is not there', async () => {
    await expect(pin()).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining(`There is no pipeline ${prefix}`),
    })
  })

  it('a pipeline that lets its AMIs out before anything is checked', async () => {
    const Distributions = [
      { Region: build.region, AmiDistributionConfiguration: { TargetAccountIds: ['222222222222'] } },
    ]
    const DistributionConfigurationArn = make('DistributionConfiguration', { Name: 'leaky', Distributions })
    nightly({ pipeline: { DistributionConfigurationArn } })
    await expect(pin()).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringMatching(/copies its AMI to 222222222222 in .* before anything is checked/),
    })
    expect(changes()).toEqual([])
  })

  it('a recipe that may not be read is no such case', async () => {
    nightly()
    const stranger = new ImagebuilderClient(
      clientOptions(world, roleWith(world.aws, permissions.slice(0, 1), { name: 'other' })),
    )
    await expect(pin({}, stranger)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('an AMI that the account does not see', async () => {
    nightly()
    await expect(pin({ parentAmi: 'ami-0123456789abcdef0' })).rejects.toThrow('does not exist')
    expect(changes()).toEqual(['CreateImageRecipe'])
  })
})

describe('by what Image Builder alone says', () => {
  const mocked = new ImagebuilderClient({ region: build.region })
  const mock = mockClient(mocked)

  it('a pipeline of containers is refused', async () => {
    mock.on(GetImagePipelineCommand).resolves({ imagePipeline: { containerRecipeArn: 'c' } })
    await expect(pin({}, mocked)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('builds containers'),
    })
  })

  it('a recipe that is gone is refused', async () => {
    mock.on(GetImagePipelineCommand).resolves({ imagePipeline: { imageRecipeArn: 'r' } })
    mock.on(GetImageRecipeCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }))
    await expect(pin({}, mocked)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('The recipe r of the pipeline'),
    })
  })

  it('a pipeline that somebody else changes is tried again later', async () => {
    mock.on(GetImagePipelineCommand).resolves({ imagePipeline: { arn: 'p', imageRecipeArn: 'r' } })
    const imageRecipe = { arn: 'r', parentImage: 'ami-1', name: 'r', version: '1.0.0' }
    mock.on(GetImageRecipeCommand).resolves({ imageRecipe })
    mock.on(ListImageRecipesCommand).resolves({})
    mock.on(CreateImageRecipeCommand).resolves({ imageRecipeArn: 'r2' })
    const inUse = Object.assign(new Error('busy'), { name: 'ResourceInUseException' })
    mock.on(UpdateImagePipelineCommand).rejects(inUse)
    await expect(pin({}, mocked)).rejects.toMatchObject({ name: 'Transient' })
  })
})

describe('what the SDK does not know', () => {
  const answers: Record<string, unknown> = {
    '/GetImagePipeline': {
      imagePipeline: { arn: 'p', imageRecipeArn: 'r', infrastructureConfigurationArn: 'i' },
    },
    '/GetImageRecipe': {
      imageRecipe: {
        arn: 'r',
        name: 'r',
        version: '1.0.0',
        parentImage: 'ami-1',
        amiWatermarks: ['ours'],
        blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: true, tomorrow: 1 } }],
        tags: { any: 'key' },
      },
    },
  }
  const asked: string[] = []
  const answering = new ImagebuilderClient({
    region: build.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ path }: { path: string }) => {
        asked.push(path)
        const body = Readable.from([Buffer.from(JSON.stringify(answers[path] ?? {}))])
        return { response: { statusCode: 200, headers: {}, body } as never }
      },
    },
  })

  it('is named, for the SDK itself drops it', async () => {
    const { recipe, unknown } = await readAdopted(answering, 'p')
    expect(recipe).toMatchObject({ name: 'r', tags: { any: 'key' } })
    expect(unknown).toEqual(['imageRecipe.blockDeviceMappings[0].ebs.tomorrow', 'imageRecipe.amiWatermarks'].toSorted())
  })

  it('would be lost: the rebake is refused before anything is changed', async () => {
    asked.length = 0
    await expect(pin({ pipelineArn: 'p' }, answering)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('amiWatermarks'),
    })
    expect(asked).toEqual(['/GetImagePipeline', '/GetImageRecipe'])
  })
})
