import { beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

const [first, second] = ['subnet-0a1b2c3d4e5f67890', 'subnet-0a1b2c3d4e5f67891']
const fleet = oneImage(
  [
    'infrastructure:',
    `network: { vpc: vpc-0a1b2c3d4e5f67890, subnets: [${first}, ${second}], securityGroups: [sg-0a1b2c3d4e5f67890] }\ninfrastructure:`,
  ],
  ['instanceTypes: [m7i.large]', 'instanceTypes: [g6.xlarge, g5.xlarge]'],
)
const releases = [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }]
const build = { account: '111122223333', region: 'us-west-2' }

const buildsOf = ({ world }: Rehearsal) =>
  world.aws.imagebuilder.images
    .list(build)
    .filter(({ kind }) => kind === 'build')
    .map(({ image }) => [image.infrastructureConfiguration?.subnetId, image.state.status])
const kindsOf = ({ notifications }: Rehearsal) => notifications.map(({ attributes }) => attributes.kind)
const oneCampaign = ['campaign-planned', 'image-released', 'campaign-finished']

describe('where the zone of the first subnet has no capacity', () => {
  let rehearsal: Rehearsal
  beforeAll(async () => {
    // The function dies once after each of its starts, and each is tried again.
    const crash = 'handler-crashes=start-bake'
    rehearsal = await (await stageFor(fleet)).rehearse({ releases, faults: ['no-capacity=web', crash, crash] })
  }, slow)

  it('one campaign bakes the image in the second, once, and releases it', () => {
    expect(buildsOf(rehearsal)).toEqual([
      [first, 'FAILED'],
      [second, 'AVAILABLE'],
    ])
    expect(rehearsal.summary.images.map(({ image, status }) => [image, status])).toEqual([['web', 'released']])
    expect(kindsOf(rehearsal)).toEqual(oneCampaign)
  })

  it('loses no time: Image Builder fails within minutes, and the second bake begins at once', () => {
    const [failed, baked] = rehearsal.world.aws.imagebuilder.images.list(build)
    const began = ({ image }: NonNullable<typeof failed>) => Date.parse(image.dateCreated ?? '')
    expect(failed && baked && (began(baked) - began(failed)) / 60_000).toBeLessThan(5)
  })

  it('all but the subnet is as in the first bake', () => {
    const [failed, baked] = rehearsal.world.aws.imagebuilder.images.list(build).map(({ image }) => image)
    const settings = [
      'imageRecipe',
      'imageTestsConfiguration',
      'executionRole',
      'loggingConfiguration',
      'tags',
    ] as const
    for (const setting of settings) expect(baked?.[setting]).toEqual(failed?.[setting])
    expect(baked?.executionRole).toBeDefined()
  })
})

describe('where no zone has capacity', () => {
  it(
    'each subnet is tried once, and one message names them and says what to do',
    async () => {
      const rehearsal = await (await stageFor(fleet)).rehearse({ releases, faults: ['no-capacity-anywhere=web'] })
      expect(buildsOf(rehearsal)).toEqual([
        [first, 'FAILED'],
        [second, 'FAILED'],
      ])
      expect(kindsOf(rehearsal)).toEqual(['campaign-planned', 'image-failed', 'campaign-finished'])
      const [{ reason } = { reason: '' }] = rehearsal.summary.images
      expect(reason).toMatch(
        /EC2 launched no g6\.xlarge or g5\.xlarge in any of its 2 subnets: subnet-0a1b2c3d4e5f67890: .*\(us-west-2a\).*; subnet-0a1b2c3d4e5f67891: .*\(us-west-2b\)/,
      )
      const failed = rehearsal.notifications.find(({ attributes }) => attributes.kind === 'image-failed')
      expect(JSON.stringify(failed)).toContain('further instanceTypes, or a network with further subnets')
    },
    slow,
  )
})

it('another fault of the image happens to the bake in the second', { timeout: slow }, async () => {
  const faults = ['no-capacity=web', 'build-fails=web']
  const rehearsal = await (await stageFor(fleet)).rehearse({ releases, faults })
  expect(rehearsal.summary.images.map(({ status }) => status)).toEqual(['failed'])
  expect(rehearsal.summary.images[0]?.reason).toContain('exited with 1')
})
