import {
  CreateImageCommand,
  type CreateImageCommandInput,
  GetImageCommand,
  ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../../../emulator/services/imagebuilder/images.ts'
import { allow, build, clientOptions, roleWith, type Served, seedFleet, served } from '../../accounts.ts'

const executionRole = `arn:aws:iam::${build.account}:role/golden-distribution`
let world: Served
let client: ImagebuilderClient
let settings: CreateImageCommandInput
beforeEach(() => begin())
afterEach(() => world.close())

async function begin(reading: 'strict' | 'lenient' = 'strict') {
  world = await served(1, { 'reason-of-a-launch': reading })
  const fleet = seedFleet(world)
  client = new ImagebuilderClient(clientOptions(world))
  const { aws } = world
  aws.ec2.subnets.addSubnet({ ...build, id: 'subnet-b', vpc: 'vpc-1', zone: 'us-east-1b' })
  aws.ec2.subnets.addGroup({ ...build, id: 'sg-1', vpc: 'vpc-1' })
  aws.ec2.subnets.addGroup({ ...build, id: 'sg-2', vpc: 'vpc-2' })
  settings = {
    imageRecipeArn: fleet.recipe,
    infrastructureConfigurationArn: infrastructure('golden-b', 'subnet-b', 'sg-1'),
    clientToken: 'one',
  }
}

const infrastructure = (Name: string, SubnetId: string, group: string) =>
  world.aws.imagebuilder.createFromTemplate(
    'AWS::ImageBuilder::InfrastructureConfiguration',
    {
      Name,
      SubnetId,
      SecurityGroupIds: [group],
      InstanceProfileName: 'golden-build',
      InstanceTypes: ['t4g.large', 'm7g.large'],
    },
    build,
  ).ref

const create = (more: Partial<CreateImageCommandInput> = {}) =>
  client.send(new CreateImageCommand({ ...settings, ...more }))
const ended = async (outcome: Outcome = {}) => {
  world.aws.imagebuilder.outcome = () => outcome
  const { imageBuildVersionArn } = await create()
  world.clock.run()
  return (await client.send(new GetImageCommand({ imageBuildVersionArn }))).image
}

describe('an image that no pipeline makes', () => {
  it('is built like others, once for a token', async () => {
    const first = await create({ tags: { team: 'web' }, loggingConfiguration: { logGroupName: '/aws/imagebuilder/b' } })
    expect(first).toMatchObject({
      imageBuildVersionArn: expect.stringMatching(/:image\/golden-base\/1\.0\.0\/1$/),
      latestVersionReferences: { latestVersionArn: expect.stringMatching(/:image\/golden-base\/x\.x\.x$/) },
    })
    const same = { tags: { team: 'web' }, loggingConfiguration: { logGroupName: '/aws/imagebuilder/b' } }
    expect((await create(same)).imageBuildVersionArn).toBe(first.imageBuildVersionArn)
    await expect(create({ tags: {} })).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' })
    world.clock.run()
    const { imageBuildVersionArn } = first
    const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
    expect(image).toMatchObject({
      state: { status: 'AVAILABLE' },
      tags: { team: 'web' },
      loggingConfiguration: { logGroupName: '/aws/imagebuilder/b' },
      infrastructureConfiguration: { subnetId: 'subnet-b' },
    })
    expect(image?.sourcePipelineArn).toBeUndefined()
  })

  const workflows = [{ workflowArn: 'arn:aws:imagebuilder:us-east-1:111111111111:workflow/build/ours/1.0.0/1' }]
  it.each<[string, Partial<CreateImageCommandInput>, string]>([
    ['without a recipe', { imageRecipeArn: undefined }, 'InvalidRequestException'],
    ['with workflows and no role', { workflows }, 'InvalidRequestException'],
    ['with a role that is not there', { executionRole: 'nobody' }, 'InvalidRequestException'],
    ['with logs elsewhere and no role', { loggingConfiguration: { logGroupName: '/ours' } }, 'InvalidRequestException'],
    [
      'with an infrastructure that is not there',
      { infrastructureConfigurationArn: 'arn:aws:imagebuilder:us-east-1:111111111111:infrastructure-configuration/no' },
      'ResourceNotFoundException',
    ],
  ])('is refused %s', async (_, more, name) => {
    await expect(create(more)).rejects.toMatchObject({ name })
  })

  it('is refused to a caller who may not read what it is made of, hand on its role or tag it', async () => {
    const all = ['CreateImage', 'GetImageRecipe', 'GetInfrastructureConfiguration', 'TagResource']
    const needed = [...all.map((name) => `imagebuilder:${name}`), 'iam:PassRole']
    for (const missing of needed) {
      const principal = roleWith(world.aws, [allow(...needed.filter((each) => each !== missing))], {
        name: missing.replace(':', '-'),
      })
      client = new ImagebuilderClient(clientOptions(world, principal))
      await expect(create({ executionRole, tags: { team: 'web' } })).rejects.toThrow(missing)
    }
  })
})

describe('a build instance', () => {
  it('is of the first type that its zone has room for', async () => {
    world.aws.ec2.instances.hasCapacity = (type) => type === 'm7g.large'
    expect((await ended())?.state).toMatchObject({ status: 'AVAILABLE' })
  })

  it.each(['strict', 'lenient'] as const)('is none where its zone has no capacity: read %s', async (reading) => {
    await world.close()
    await begin(reading)
    const began = world.clock.now()
    const { state } = (await ended({ withoutCapacity: ['us-east-1b'] })) ?? {}
    const name = reading === 'strict' ? '' : 'InsufficientInstanceCapacity: '
    expect(state).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(
        new RegExp(
          `^${name}We currently do not have sufficient m7g.large capacity in the Availability Zone .*us-east-1b`,
        ),
      ),
    })
    // No instance runs: it takes as long as Image Builder needs to ask.
    expect((world.clock.now() - began) / 60_000).toBeLessThan(4)
  })

  it('is launched where another zone has none', async () => {
    expect((await ended({ withoutCapacity: ['us-east-1a'] }))?.state).toMatchObject({ status: 'AVAILABLE' })
  })

  it('is none with a security group of another VPC, or where its zone does not have the type', async () => {
    settings.infrastructureConfigurationArn = infrastructure('golden-other', 'subnet-b', 'sg-2')
    expect((await ended())?.state?.reason).toContain('belong to different networks')
    settings.infrastructureConfigurationArn = infrastructure('golden-c', 'subnet-b', 'sg-1')
    settings.clientToken = 'two'
    world.aws.ec2.subnets.isOffered = () => false
    expect((await ended())?.state?.reason).toContain('not supported in your requested Availability Zone (us-east-1b)')
  })
})
