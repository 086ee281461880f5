import {
  GetImagePipelineCommand,
  ImagebuilderClient,
  StartImagePipelineExecutionCommand,
  UpdateImagePipelineCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinAdopted } from '../../../aws/recipes.ts'
import { type Compared, compare, otherPipelines } from '../../../cli/check/api.ts'
import { lookAtAws } from '../../../cli/check/aws.ts'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { updatedPipeline } from '../../../domain/adoption.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import type { World } from '../../../emulator/index.ts'
import { addAdoptedPipelines } from '../../../rehearsal/adopted-pipelines.ts'
import { closeWorlds, worldOf } from '../../emulator/world/small-world.ts'
import { adoptedEstate, adoptedFleet as fleet } from '../../support/adopted-fleet.ts'

/** The account before the first deploy. */
let world: World
let clock: Awaited<ReturnType<typeof worldOf>>['clock']
const { build } = fleet
beforeAll(async () => {
  ;({ world, clock } = await worldOf({}))
  const soe = { account: '444455556666', region: build.region, Name: 'soe-1', sharedWith: [build.account] }
  const { image } = world.aws.ec2.addImage({
    ...soe,
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
  })
  addAdoptedPipelines(world, fleet, {
    estate: adoptedEstate,
    targets: ['222233334444'],
    upstreamAmi: () => image.ImageId,
  })
})
afterAll(closeWorlds)

const looked = (of: Fleet = fleet) => compare(deploymentOf(of, world.url, {}), { isDeployed: false })
const found = async (image: string, of: Fleet = fleet): Promise<Compared> => {
  // Not all of them each time.
  const images = Object.entries(of.images).filter(([name]) => ['sound', 'managed', image].includes(name))
  const all = await looked({ ...of, images: Object.fromEntries(images) })
  const compared = all.find((each) => each.image === image)
  if (!compared) throw new Error(`there is no ${image}`)
  return compared
}

const kmsKeyId = /: give \/dev\/xvda a kmsKeyId in the blockDeviceMappings of its recipe: a customer managed key/
describe('before the first deploy, an adopted pipeline', () => {
  it.each<[string, RegExp[]]>([
    ['sound', []],
    ['managed', [/^the volume \/dev\/xvda is encrypted with arn:\S+:alias\/aws\/ebs, which AWS manages/, kmsKeyId]],
    ['silent', [/^the volume \/dev\/xvda is encrypted with alias\/aws\/ebs, which AWS manages/, kmsKeyId]],
    ['unencrypted', [/^the volume \/dev\/xvda is not encrypted, and its check of ami demands that/, kmsKeyId]],
    ['shares', [/^it shares its AMI with 999988887777 .*: take that out of its distribution configuration$/]],
    ['container', [/builds containers, and Rebake bakes AMIs. Name a pipeline with an image recipe/]],
    [
      'roleless',
      [/^its execution role roleless-execution is gone.*: create it again, or give the pipeline another one$/],
    ],
    [
      'waits',
      [
        /^its workflow waits-approval\S+ waits for somebody at the step WaitForApproval, up to 3d, .*: take the step out/,
      ],
    ],
    [
      'follows',
      [/^its recipe follows ssm:\/pipelines\/follows\/parent, which no campaign moves.*: name an AMI in the recipe/],
    ],
  ])('%s: what stops its first campaign, and what to do', async (image, texts) => {
    const { problems, warnings, unchecked } = await found(image)
    expect(problems).toHaveLength(Math.min(texts.length, 1))
    for (const text of texts) expect(problems[0]).toMatch(text)
    expect([warnings, unchecked]).toEqual([[], []])
  })

  it('that says nothing of volumes has those of the image that it is baked from', async () => {
    const { problems, warnings } = await found('below')
    expect(problems).toEqual([
      'it is disabled: enable it',
      'it has a schedule of its own, rate(1 day), so that one change is baked twice: take it away',
    ])
    expect(warnings).toEqual([
      'its tags say that Terraform made it, and an apply puts its recipe back after each rebake: resource "aws_imagebuilder_image_pipeline": lifecycle { ignore_changes = [image_recipe_arn] }',
    ])
    const under = {
      ...fleet,
      images: { ...fleet.images, below: { ...fleet.images.below, parent: 'managed' } as never },
    }
    expect((await found('below', under)).problems).toContainEqual(expect.stringMatching(/alias\/aws\/ebs/))
  })

  it('may be unencrypted where its check allows that, and as it likes where it stays in the account', async () => {
    const { unencrypted, managed } = fleet.images
    const checks = { ...unencrypted?.checks, ami: { ...unencrypted?.checks.ami, encrypted: false } }
    const allowed = { ...fleet, images: { unencrypted: { ...unencrypted, checks } as never } }
    expect((await found('unencrypted', allowed)).problems).toEqual([])
    const rings = { all: { ...fleet.rings.all, accounts: [build.account] } as never }
    const staying = { ...fleet, rings, images: { managed: managed as never } }
    expect((await found('managed', staying)).problems).toEqual([])
  })

  it('is encrypted as the account encrypts by default', async () => {
    world.aws.ec2.encryption.switchOn(build)
    expect((await found('unencrypted')).problems[0]).toMatch(/is encrypted with alias\/aws\/ebs, which AWS manages/)
    world.aws.ec2.encryption.switchOff(build)
  })

  it('has a key that its targets may use', async () => {
    const key = world.aws.kms.key(`arn:aws:kms:${build.region}:${build.account}:alias/images`)
    if (!key) throw new Error('there is no key')
    const { policy } = key
    key.policy = JSON.parse(JSON.stringify(policy).replaceAll('222233334444', '555566667777'))
    expect((await found('sound')).problems[0]).toMatch(
      /whose policy does not let 222233334444 use it: allow kms:Decrypt/,
    )
    const only = ['kms:Describe*', 'kms:Get*']
    const [own, ...others] = [policy.Statement].flat()
    key.policy = { Statement: [{ ...own, Action: only } as never, ...others] }
    expect((await found('sound')).problems[0]).toMatch(
      /let 111122223333 use it.*; the role adopted-distribution copies/,
    )
    key.policy = policy
    key.enabled = false
    expect((await found('sound')).problems[0]).toMatch(/which is Disabled: aws kms enable-key --key-id/)
    key.enabled = true
  })

  it('has a parent that is visible', async () => {
    const soe = world.aws.ec2.list(build.region).find(({ image }) => image.Name === 'soe-1')
    soe?.sharedWith.clear()
    const { problems, warnings } = await found('silent')
    soe?.sharedWith.add(build.account)
    expect([problems, warnings]).toEqual([[], [expect.stringMatching(/^its volumes could not be checked: the AMI/)]])
  })

  it('that is not in the fleet is listed', async () => {
    const { sound: _, ...images } = fleet.images
    expect(await otherPipelines(deploymentOf({ ...fleet, images }, world.url, {}))).toEqual({
      names: ['lab', 'sound'],
      deleted: [],
    })
  })
})

it('what the caller may not read is said, with what it takes, and is no pass', async () => {
  const arn = `arn:aws:iam::${build.account}:role/narrow`
  const actions = ['GetImagePipeline', 'GetImageRecipe', 'GetDistributionConfiguration'].map(
    (name) => `imagebuilder:${name}`,
  )
  const policies = [{ Statement: [{ Effect: 'Allow' as const, Action: actions, Resource: '*' }] }]
  world.aws.addRole({ account: build.account, logicalId: 'N', name: 'narrow', arn, trust: { Statement: [] }, policies })
  const deployment = deploymentOf(fleet, world.url)
  const credentials = world.aws.credentialsFor(world.aws.iam.principalOf(arn, 'me'))
  const { compared, others, preflight } = await lookAtAws({
    ...deployment,
    config: { ...deployment.config, credentials },
  })
  const sound = compared.find(({ image }) => image === 'sound')
  expect(sound?.problems).toEqual([])
  expect(sound?.unchecked).toEqual([
    { what: 'the encryption of its volumes', needs: 'ec2:DescribeImages' },
    { what: 'its execution role', needs: 'iam:GetRole' },
    { what: 'whether its recipe was put back', needs: 'imagebuilder:ListImagePipelineImages' },
  ])
  expect(others).toEqual({ needs: 'imagebuilder:ListImagePipelines' })
  expect(preflight.filter(({ outcome }) => outcome === 'fail')).toEqual([])
  expect(preflight.filter(({ outcome }) => outcome === 'unknown').length).toBeGreaterThan(5)
})

it('a recipe that somebody puts back after a rebake is found, with what Terraform needs', async () => {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  const client = new ImagebuilderClient({ region: build.region, endpoint: world.url, credentials })
  const imagePipelineArn = fleet.images.sound?.pipeline ?? ''
  const read = async () => (await client.send(new GetImagePipelineCommand({ imagePipelineArn }))).imagePipeline ?? {}
  const before = await read()
  const parentAmi = world.aws.ec2.addImage({ Name: 'newer', ...build }).image.ImageId
  const pin = { pipelineArn: imagePipelineArn, parentAmi, componentUpdates: 'pinned' as const, token: 'one' }
  await pinAdopted({ imageBuilder: client }, pin)
  const tags = { 'rebake:image': 'sound' }
  await client.send(new StartImagePipelineExecutionCommand({ imagePipelineArn, clientToken: 'one', tags }))
  await clock.run()
  expect((await found('sound')).problems).toEqual([])
  const back = updatedPipeline(await read(), before.imageRecipeArn ?? '')
  await client.send(new UpdateImagePipelineCommand({ ...back, clientToken: 'terraform' }))
  expect((await found('sound')).problems).toEqual([
    expect.stringMatching(
      /put it back to version 1\.4\.2 of its recipe, and the last rebake baked 1\.4\.3: .*ignore_changes/,
    ),
  ])
})
