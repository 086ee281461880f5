import { GetImagePipelineCommand, GetImageRecipeCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { afterEach, expect, it } from 'vitest'
import { pinAdopted } from '../../aws/recipes.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { addAdoptedPipelines } from '../../rehearsal/adopted-pipelines.ts'
import { closeWorlds, worldOf } from '../emulator/world/small-world.ts'

afterEach(closeWorlds)

const pipelineArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/nightly'
const fleet = parseFleet(
  `name: golden
build: { account: '111122223333', region: us-west-2 }
upstreams:
  al2023: { ami: { owner: '444455556666', name: 'soe-al2023-*', architecture: arm64 } }
infrastructure:
  small: { instanceTypes: [m7g.large] }
components:
  patch: { arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' }
images:
  base: { parent: al2023, infrastructure: small, components: [patch], volumes: [{ device: /dev/xvda, size: 20 }] }
  nightly: { parent: base, pipeline: '${pipelineArn}', checks: { ami: { tags: [Team] } } }
rings:
  everyone: { accounts: ['123456789012'], regions: [us-west-2] }
`,
  'fleet.yaml',
)

it('a pipeline that the fleet adopts is there before the deploy, pinned to an AMI of old', async () => {
  const { world } = await worldOf({})
  addAdoptedPipelines(world, fleet)
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  const imageBuilder = new ImagebuilderClient({ region: 'us-west-2', endpoint: world.url, credentials })
  const read = async () => {
    const { imagePipeline } = await imageBuilder.send(new GetImagePipelineCommand({ imagePipelineArn: pipelineArn }))
    const { imageRecipeArn } = imagePipeline ?? {}
    const { imageRecipe } = await imageBuilder.send(new GetImageRecipeCommand({ imageRecipeArn }))
    return { imagePipeline, imageRecipe }
  }
  const { imageRecipe } = await read()
  const old = world.aws.ec2.get(imageRecipe?.parentImage ?? '', 'us-west-2')
  expect(old?.image).toMatchObject({ Architecture: 'arm64', OwnerId: '111122223333' })
  expect(imageRecipe?.amiTags).toMatchObject({ Team: 'nightly' })

  const parent = { Name: 'new', account: '111122223333', region: 'us-west-2' }
  const parentAmi = world.aws.ec2.addImage(parent).image.ImageId
  const pin = { pipelineArn, parentAmi, componentUpdates: 'latest' as const, token: 'one' }
  expect((await pinAdopted({ imageBuilder }, pin)).changed).toBe(true)
  const after = await read()
  expect(after.imageRecipe).toMatchObject({ parentImage: parentAmi, version: '1.4.3' })
  expect(after.imageRecipe?.components?.[0]?.componentArn).toMatch(/nightly-hardening\/1\.1\.0$/)
  expect(after.imagePipeline?.executionRole).toBe('arn:aws:iam::111122223333:role/nightly-execution')
})
