import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateImageRecipeCommand,
  GetImagePipelineCommand,
  ImagebuilderClient,
  UpdateImagePipelineCommand,
  type UpdateImagePipelineCommandInput,
} from '@aws-sdk/client-imagebuilder'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compare } from '../../../cli/check/api.ts'
import { check } from '../../../cli/check/run.ts'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Failed } from '../../../cli/problems.ts'
import { updatedPipeline } from '../../../domain/adoption.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { pointerName } from '../../../domain/names.ts'
import { type Created, orderOf, resolverOf, type Template } from '../../../emulator/world/template.ts'
import { synthesize } from '../../../infra/synthesize.ts'
import { build, clientOptions, type Served, served, soe } from '../../emulator/accounts.ts'
import { caughtOutput } from '../stdout.ts'

const prefix = `arn:aws:imagebuilder:${build.region}:${build.account}`
const text = `name: golden
build: { account: '${build.account}', region: ${build.region} }
upstreams:
  al2023: { ami: { owner: '444455556666', name: 'soe-al2023-*' } }
infrastructure:
  small: { instanceTypes: [m7i.large] }
components:
  patch: { arn: 'arn:aws:imagebuilder:${build.region}:aws:component/update-linux/x.x.x' }
  agent: { arn: 'arn:aws:imagebuilder:${build.region}:aws:component/agent/1.2.3' }
  harden:
    platform: Linux
    document:
      schemaVersion: 1.0
      parameters: [{ Level: { type: string, default: low } }]
      phases: [{ name: build, steps: [{ name: Run, action: ExecuteBash, inputs: { commands: [echo] } }] }]
images:
  base:
    parent: al2023
    infrastructure: small
    components: [patch, agent, { component: harden, parameters: { Level: high } }]
    volumes: [{ device: /dev/xvda, size: 20, throughput: 200 }]
    workingDirectory: /var/tmp
    scanning: true
  nightly:
    parent: base
    pipeline: ${prefix}:image-pipeline/nightly
    componentUpdates: latest
    checks: { vulnerabilities: { critical: 0 }, packages: { required: [bash] } }
rings:
  everyone: { accounts: ['123456789012'], regions: [${build.region}] }
`
const fleet = parseFleet(text, 'fleet.yaml')
const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
let template: Template
beforeAll(async () => {
  writeFileSync(join(directory, 'fleet.yaml'), text)
  const outdir = join(directory, 'out')
  const options = { fleet, fleetDirectory: directory, outdir, bundle: false, validate: false }
  template = (await synthesize(options)).buildStack.template
})
afterAll(() => rmSync(directory, { recursive: true }))

let world: Served
let client: ImagebuilderClient
beforeEach(async () => {
  world = await served()
  // The rest of what a deploy makes is another test's.
  world.aws.registerService('stepfunctions', {
    DescribeStateMachine: ({ stateMachineArn }: { stateMachineArn: string }) => ({
      stateMachineArn,
      name: 'golden-campaign',
      status: 'ACTIVE',
      definition: '{}',
      roleArn: `arn:aws:iam::${build.account}:role/any`,
      type: 'STANDARD',
      creationDate: new Date(0),
    }),
  })
  world.aws.lambda.addFunction({ ...build, name: 'golden-examine-accounts', roleArn: '', modified: new Date(0) })
  client = new ImagebuilderClient(clientOptions(world))
})
afterEach(() => world.close())

const make = (type: string, properties: Record<string, unknown>) =>
  world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build)

/** A parameter with an AMI that the build account sees. */
function seed(name: string): void {
  const { image } = world.aws.ec2.addImage({ ...soe, Name: `seed ${name}`, sharedWith: [build.account] })
  world.aws.ssm.seed(build, { name, value: image.ImageId })
}

/** Makes of the build stack what is Image Builder's; of the rest nothing but ARNs is needed. */
function deployed(): void {
  const place = { ...build, stack: 'golden-build' }
  const made = new Map<string, Created>()
  const resolve = resolverOf(template, place, '0a1b2c3d-emulator', (logicalId) => made.get(logicalId))
  seed(pointerName(fleet.name, 'base', 'parent'))
  for (const logicalId of orderOf(template, place)) {
    const { Type = '', Properties = {} } = template.Resources[logicalId] ?? {}
    const properties = resolve(Properties) as Record<string, unknown>
    const attributes = new Proxy({}, { get: () => `arn:aws:iam::${build.account}:role/any` })
    const other = { ref: logicalId, attributes }
    const isOwn = Type.startsWith('AWS::ImageBuilder::')
    made.set(logicalId, isOwn ? make(Type.replace('AWS::ImageBuilder::', ''), properties) : other)
  }
}

function adopted(o: { parent?: string; pipeline?: object; distributions?: object[] } = {}) {
  const parent = world.aws.ec2.addImage({ ...soe, Name: 'old', sharedWith: [build.account] })
  for (const Version of ['1.0.0', '1.1.0'])
    make('Component', { Name: 'harden nightly', Version, Platform: 'Linux', Data: 'x' })
  const { parent: ParentImage = parent.image.ImageId, distributions } = o
  make('ImagePipeline', {
    Name: 'nightly',
    ImageRecipeArn: make('ImageRecipe', {
      Name: 'nightly',
      Version: '1.2.3',
      ParentImage,
      Components: [{ ComponentArn: `${prefix}:component/harden-nightly/1.0.0/1` }],
    }).ref,
    InfrastructureConfigurationArn: make('InfrastructureConfiguration', {
      Name: 'nightly',
      InstanceProfileName: 'p',
    }).ref,
    ...(distributions && {
      DistributionConfigurationArn: make('DistributionConfiguration', {
        Name: 'nightly',
        Distributions: distributions,
      }).ref,
    }),
    ImageScanningConfiguration: { ImageScanningEnabled: true },
    ...o.pipeline,
  })
  return { ami: parent.image.ImageId }
}

const compared = async (of: Fleet = fleet) => compare(deploymentOf(of, world.url, {}))
const problemsOf = async (name: string) => (await compared()).find(({ image }) => image === name)?.problems ?? []

describe('the pipelines of a deploy', () => {
  it('are as the fleet says', async () => {
    deployed()
    adopted()
    const [base] = await compared()
    expect(base).toEqual({
      image: 'base',
      adopted: false,
      pipeline: 'golden-base',
      parent: 'ssm:/golden/images/base/parent',
      changed: '2026-09-01T12:00:00.000Z',
      rebake: '',
      problems: [],
      warnings: [],
      unchecked: [],
    })
  })

  it('may be missing', async () => {
    expect(await problemsOf('base')).toEqual([
      'its pipeline is not there: is the fleet deployed? npm run deploy does it',
    ])
  })

  it('are made by the first deploy, which is no problem before it', async () => {
    const [base] = await compare(deploymentOf(fleet, world.url, {}), { isDeployed: false })
    expect(base).toMatchObject({ rebake: 'the first deploy makes its pipeline', problems: [] })
  })

  it.each<[string, Partial<UpdateImagePipelineCommandInput>, string]>([
    ['a schedule', { schedule: { scheduleExpression: 'rate(1 day)' } }, 'it has a schedule, rate(1 day)'],
    ['being disabled', { status: 'DISABLED' }, 'it is disabled: enable it, which no deploy does'],
    [
      'tests',
      { imageTestsConfiguration: { imageTestsEnabled: false } },
      'running tests is false, and true in the fleet',
    ],
    ['scanning', { imageScanningConfiguration: undefined }, 'scanning is false, and true in the fleet'],
  ])('are distinguished by %s', async (_, change, problem) => {
    deployed()
    await changePipeline('golden-base', change)
    expect(await problemsOf('base')).toEqual([problem])
  })

  it('are distinguished by what is in their recipes', async () => {
    deployed()
    seed('/other')
    const { imageRecipeArn } = await client.send(
      new CreateImageRecipeCommand({
        name: 'golden-base',
        semanticVersion: '1.0.x',
        clientToken: 'one',
        parentImage: 'ssm:/other',
        components: [{ componentArn: `arn:aws:imagebuilder:${build.region}:aws:component/agent/1.2.4` }],
        blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 8, volumeType: 'gp3' } }],
      }),
    )
    await changePipeline('golden-base', { imageRecipeArn })
    expect(await problemsOf('base')).toEqual([
      'the parent of its recipe is ssm:/other, and ssm:/golden/images/base/parent in the fleet',
      'the components of its recipe are agent, and update-linux, agent and golden-harden in the fleet',
      'the volumes of its recipe are /dev/xvda 8 GiB gp3, and /dev/xvda 20 GiB gp3 200 MiB/s in the fleet',
      'its working directory is not set, and /var/tmp in the fleet',
      'the tags of its AMIs are none, and rebake:fleet=golden, rebake:image=base in the fleet',
    ])
  })

  it('are distinguished by parameters of components', async () => {
    deployed()
    const { harden } = fleet.components
    const other = { ...fleet, components: { ...fleet.components, harden: harden as never } }
    const base = { ...fleet.images.base, components: [...(fleet.images.base?.components ?? [])] }
    base.components[2] = { component: 'harden', parameters: { Level: 'low' } }
    const [found] = await compared({ ...other, images: { base: base as never } })
    expect(found?.problems).toEqual(['the parameters of golden-harden are not those in the fleet'])
  })
})

async function changePipeline(name: string, change: Partial<UpdateImagePipelineCommandInput>) {
  const imagePipelineArn = `${prefix}:image-pipeline/${name}`
  const { imagePipeline = {} } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }))
  const { executionRole: _, ...same } = updatedPipeline(imagePipeline, imagePipeline.imageRecipeArn ?? '')
  await client.send(new UpdateImagePipelineCommand({ ...same, ...change }))
}

describe('an adopted pipeline', () => {
  const rebakeOf = async (of = fleet) => (await compared(of)).find(({ image }) => image === 'nightly')?.rebake
  const pinned = (): Fleet => ({
    ...fleet,
    images: { ...fleet.images, nightly: { ...fleet.images.nightly, componentUpdates: 'pinned' } as never },
  })

  it('that pins its parent gets a next recipe', async () => {
    const { ami } = adopted()
    expect(await rebakeOf(pinned())).toBe(
      `pinned to ${ami}: a rebake makes version 1.2.x of its recipe and moves the pipeline`,
    )
    expect(await rebakeOf()).toBe(
      `pinned to ${ami}: a rebake makes version 1.2.x of its recipe with harden-nightly 1.1.0 and moves the pipeline`,
    )
    expect(await problemsOf('nightly')).toEqual([])
  })

  it('that follows a parent is left alone, but for what has newer components', async () => {
    seed('/team/base')
    adopted({ parent: 'ssm:/team/base' })
    expect(await rebakeOf(pinned())).toBe('follows ssm:/team/base: left alone')
    expect(await rebakeOf()).toBe(
      'follows ssm:/team/base: a rebake makes version 1.2.x of its recipe with harden-nightly 1.1.0, leaves the parent alone, and moves the pipeline',
    )
  })

  it('may be missing', async () => {
    expect(await problemsOf('nightly')).toEqual([
      expect.stringContaining(`There is no pipeline ${prefix}:image-pipeline/nightly.`),
    ])
  })

  it.each([
    ['that is disabled', { Status: 'DISABLED' }, ['it is disabled: enable it']],
    [
      'with a schedule',
      { Schedule: { ScheduleExpression: 'cron(0 0 * * ? *)' } },
      ['it has a schedule of its own, cron(0 0 * * ? *), so that one change is baked twice: take it away'],
    ],
    [
      'that is not scanned',
      {
        ImageScanningConfiguration: { ImageScanningEnabled: false },
        ImageTestsConfiguration: { ImageTestsEnabled: false },
      },
      ['the check of vulnerabilities needs its scanning and tests: turn it on'],
    ],
    [
      'without metadata',
      { EnhancedImageMetadataEnabled: false },
      ['the check of packages needs its enhanced image metadata: turn it on'],
    ],
  ])('%s needs to be changed', async (_, pipeline, problems) => {
    adopted({ pipeline })
    expect(await problemsOf('nightly')).toEqual(problems)
  })

  const out = (way: string) => [
    `it ${way} before anything is checked, so no rebake starts it: take that out of its distribution configuration`,
  ]
  const ami = (AmiDistributionConfiguration: object) => ({ AmiDistributionConfiguration })
  it.each<[string, object, string[]]>([
    ['copies within its account', ami({ TargetAccountIds: [build.account] }), []],
    [
      'copies to others',
      ami({ TargetAccountIds: ['222222222222'] }),
      out('copies its AMI to 222222222222 in us-east-1'),
    ],
    [
      'shares',
      ami({
        LaunchPermissionConfiguration: { UserIds: [build.account, '333333333333'], UserGroups: ['all'] },
      }),
      out('shares its AMI with 333333333333, all in us-east-1'),
    ],
    [
      'shares with an organization',
      ami({
        LaunchPermissionConfiguration: { OrganizationArns: ['arn:aws:organizations::1:organization/o-1'] },
      }),
      out('shares its AMI with arn:aws:organizations::1:organization/o-1 in us-east-1'),
    ],
    [
      'exports',
      { S3ExportConfiguration: { RoleName: 'r', DiskImageFormat: 'VHD', S3Bucket: 'disks' } },
      out('exports its AMI to the bucket disks'),
    ],
    [
      'sets launch templates',
      { LaunchTemplateConfigurations: [{ LaunchTemplateId: 'lt-0a1b2c3d' }] },
      out('puts its AMI into lt-0a1b2c3d in us-east-1'),
    ],
    [
      'sets parameters',
      { SsmParameterConfigurations: [{ ParameterName: '/team/ami' }] },
      out('writes its AMI to /team/ami in us-east-1'),
    ],
  ])('that %s by itself', async (_, distribution, problems) => {
    adopted({ distributions: [{ Region: build.region, ...distribution }] })
    expect(await problemsOf('nightly')).toEqual(problems)
  })
})

describe('rebake check --aws', () => {
  const printed = caughtOutput()
  const run = () => check({ fleet: join(directory, 'fleet.yaml'), aws: true, endpointUrl: world.url })

  it('says that all is well', async () => {
    deployed()
    const { ami } = adopted()
    await run()
    expect(process.exitCode).toBeUndefined()
    expect(printed()).toContain(
      `✔ Account ${build.account}, us-east-1, of the rehearsal at ${world.url}: all is as the fleet expects, for 2 images.`,
    )
    expect(printed()).toMatch(/^nightly +nightly \(adopted\) +ami-\w+ +2026-09-01$/m)
    expect(printed()).toContain(`· nightly: pinned to ${ami}: a rebake makes version 1.2.x of its recipe`)
  })

  it('names what is not, and ends with 1', async () => {
    adopted({ pipeline: { Status: 'DISABLED' } })
    await run()
    expect(process.exitCode).toBe(1)
    expect(printed()).toContain('2 of 2 images are not as the fleet expects.')
    expect(printed()).toContain('✖ base: its pipeline is not there')
    expect(printed()).toContain('✖ nightly: it is disabled: enable it')
  })

  it('is one JSON document where that is asked', async () => {
    adopted({ pipeline: { Status: 'DISABLED' } })
    await check({ fleet: join(directory, 'fleet.yaml'), endpointUrl: world.url, json: true })
    expect(process.exitCode).toBe(1)
    const { fleet: reported, compared } = JSON.parse(printed()) as { fleet: object; compared: object[] }
    expect(reported).toMatchObject({ name: fleet.name })
    expect(compared).toMatchObject([{ image: 'base' }, { image: 'nightly', adopted: true }])
  })

  it('only says what the fleet is where nobody asks for more', async () => {
    await check({ fleet: join(directory, 'fleet.yaml') })
    expect(printed()).not.toContain('Account')
  })

  it('says what to do when nothing answers', async () => {
    const { url } = world
    await world.close()
    await expect(compare(deploymentOf(fleet, url, {}))).rejects.toThrow(Failed)
    await expect(compare(deploymentOf(fleet, url, {}))).rejects.toThrow(
      /^Could not look at the pipeline (golden-base|nightly): nothing answers at /,
    )
    world = await served()
  })
})
