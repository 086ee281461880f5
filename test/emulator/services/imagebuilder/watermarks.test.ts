import { GetImageCommand, ImagebuilderClient, StartImagePipelineExecutionCommand } from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allow, build, clientOptions, roleWith, type Served, seedFleet, served, trusting } from '../../accounts.ts'

/** https://docs.aws.amazon.com/imagebuilder/latest/userguide/ami-watermarks.html */

let world: Served
beforeEach(async () => {
  world = await served()
  seedFleet(world)
})
afterEach(() => world.close())

const parent = () => {
  const { ec2, ssm } = world.aws
  const found = ec2.find(ssm.valueOf('/golden/images/base/parent', build) ?? '', build)
  if (!found) throw new Error('there is no parent')
  return found
}

/** How a bake with two watermarks ends, by a role that may do so much. */
async function baked(...actions: string[]) {
  const make = (type: string, properties: Record<string, unknown>) =>
    world.aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build).ref
  roleWith(world.aws, [allow(...actions)], {
    name: 'baker',
    trust: trusting({ Service: 'imagebuilder.amazonaws.com' }),
  })
  const imagePipelineArn = make('ImagePipeline', {
    Name: 'marked',
    ImageRecipeArn: make('ImageRecipe', {
      Name: 'marked',
      Version: '1.0.x',
      ParentImage: 'ssm:/golden/images/base/parent',
      AmiWatermarks: ['golden', 'platform'],
    }),
    InfrastructureConfigurationArn: make('InfrastructureConfiguration', {
      Name: 'marked',
      InstanceProfileName: 'golden-build',
      InstanceTypes: ['t4g.large'],
    }),
    ExecutionRole: `arn:aws:iam::${build.account}:role/baker`,
  })
  const caller = roleWith(world.aws, [allow('imagebuilder:*', 'iam:PassRole')], { name: 'caller' })
  const client = new ImagebuilderClient(clientOptions(world, caller))
  const { imageBuildVersionArn = '' } = await client.send(
    new StartImagePipelineExecutionCommand({ imagePipelineArn, clientToken: 'marked' }),
  )
  await world.clock.run()
  const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
  const { status, reason = '' } = image?.state ?? {}
  return { status, reason, ami: image?.outputResources?.amis?.[0]?.image ?? '' }
}
const attach = 'ec2:AttachImageWatermark'

describe('a bake with watermarks', () => {
  it("marks its AMI beside its parent's, where the execution role may", async () => {
    parent().watermarks = ['soe', 'linux', 'base']
    const { status, ami } = await baked(attach)
    expect(status).toBe('AVAILABLE')
    expect(world.aws.ec2.find(ami, build)?.watermarks).toEqual(['soe', 'linux', 'base', 'golden', 'platform'])
  })

  it('fails where the execution role may not', async () => {
    expect(await baked('ssm:GetParameter')).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(attach) })
  })

  it('fails where there would be six', async () => {
    parent().watermarks = ['soe', 'linux', 'base', 'al2023']
    expect(await baked(attach)).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('6 watermarks') })
  })
})
