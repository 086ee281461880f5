import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build, type Served, seedFleet, served } from '../../accounts.ts'

let world: Served
beforeEach(async () => {
  world = await served()
})
afterEach(() => world.close())

const make = (properties: Record<string, unknown>) =>
  world.aws.imagebuilder.createFromTemplate(
    'AWS::ImageBuilder::InfrastructureConfiguration',
    { Name: 'large', InstanceProfileName: 'build', ...properties },
    build,
  ).ref

describe('an infrastructure configuration', () => {
  it.each([
    { Placement: { Tenancy: 'host', HostId: 'h-0a1b2c3d4e5f67890' } },
    { Placement: { Tenancy: 'dedicated', AvailabilityZone: 'us-east-1a' } },
    { InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 64 } },
  ])('is created with %o', (properties) => expect(make(properties)).toContain('/large'))

  it.each([
    [{ Placement: { Tenancy: 'host', HostId: 'h-1', HostResourceGroupArn: 'g' } }, 'either hostId or'],
    [{ Placement: { HostId: 'h-1' } }, "where its tenancy is 'host' only"],
    [{ Placement: { Tenancy: 'default', HostResourceGroupArn: 'g' } }, "where its tenancy is 'host' only"],
    [{ Placement: { Tenancy: 'shared' } }, "'tenancy' is not valid"],
    [{ Placement: { AvailabilityZone: '' } }, "'availabilityZone' is not valid"],
    [{ InstanceMetadataOptions: { HttpPutResponseHopLimit: 65 } }, "'httpPutResponseHopLimit' is not valid"],
    [{ InstanceMetadataOptions: { HttpPutResponseHopLimit: 0 } }, "'httpPutResponseHopLimit' is not valid"],
    [{ InstanceMetadataOptions: { HttpTokens: 'none' } }, "'httpTokens' is not valid"],
    [{ KeyPair: '' }, "'keyPair' is not valid"],
    [{ Description: 'd'.repeat(1_025) }, "'description' is not valid"],
  ])('is refused with %o', (properties, message) => expect(() => make(properties)).toThrow(message))
})

describe('a bake with a key pair', () => {
  const baked = async (known: boolean) => {
    const { pipeline, infrastructure } = seedFleet(world)
    const properties = { Name: 'golden-standard', InstanceProfileName: 'golden-build', KeyPair: 'break glass' }
    world.aws.imagebuilder.changeFromTemplate('AWS::ImageBuilder::InfrastructureConfiguration', infrastructure, {
      properties,
      place: build,
    })
    if (known) world.aws.ec2.keyPairs.add('break glass', build)
    const { imageBuildVersionArn = '' } = (await world.aws.call({
      principal: world.aws.iam.operator(),
      service: 'imagebuilder',
      operation: 'StartImagePipelineExecution',
      input: { imagePipelineArn: pipeline, clientToken: 'one' },
    })) as { imageBuildVersionArn?: string }
    world.clock.run()
    return world.aws.imagebuilder.images.get(imageBuildVersionArn).image.state
  }

  it('is baked where the account has it', async () => {
    expect(await baked(true)).toEqual({ status: 'AVAILABLE' })
  })

  it('starts no instance where it has not', async () => {
    expect(await baked(false)).toMatchObject({
      status: 'FAILED',
      reason: "The key pair 'break glass' does not exist",
    })
  })
})
