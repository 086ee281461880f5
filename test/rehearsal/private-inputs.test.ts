import { beforeAll, expect, it } from 'vitest'
import type { World } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { mutantOf } from '../support/mutant-product.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

const place = { account: '111122223333', region: 'us-west-2', stack: 'one-build' }
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`

/** Two images with one component; the instances of only one of them may read what it downloads. `check` would say so. */
function fleetWithDownload() {
  const fleet = oneImage(
    [
      'infrastructure: { linux: { instanceTypes: [m7i.large] } }',
      `infrastructure:
  linux: { instanceTypes: [m7i.large], policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] }
  private: { instanceTypes: [m7i.large], reads: ["s3://installers/*"] }`,
    ],
    [
      'images:\n',
      'images:\n  private: { parent: soe, infrastructure: private, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 20m, timeout: 1h }\n  public: { parent: soe, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 20m, timeout: 1h }\n',
    ],
    [
      'action: ExecuteBash, inputs: { commands: [echo hello] }',
      'action: S3Download, inputs: [{ source: "s3://installers/agent.rpm", destination: /tmp/agent.rpm }]',
    ],
  )
  fleet.infrastructure.bare = { instanceTypes: ['m7i.large'], terminateOnFailure: true, tags: {} }
  Object.assign(fleet.images.web ?? {}, { infrastructure: 'bare' })
  return fleet
}

let rehearsal: Rehearsal
const deployed: unknown[] = []
beforeAll(async () => {
  const { assembly, rehearse } = await stageFor(fleetWithDownload())
  // The stack as it was, when the role had no name of its own.
  const before = mutantOf(assembly, {
    build: ({ Resources }) => {
      delete Resources.BuildInstanceBareRole?.Properties?.RoleName
      delete Resources.BuildInstanceBareProfile?.Properties?.InstanceProfileName
    },
  })
  const act = async (world: World) => {
    deployed.push(world.aws.iam.role(role('one-on-bare')))
    await world.deploy(assembly.buildStack.template, place)
    const { status, leftBehind } = world.stack(place) ?? {}
    deployed.push(status, leftBehind, world.aws.iam.role(role('one-on-bare'))?.name)
  }
  rehearsal = await rehearse({
    assembly: before,
    releases: [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }],
    actions: [{ time: '2026-09-01T18:00:00Z', do: act }],
  })
}, slow)

it('a build fails at the step that reads what its role may not, and says so', () => {
  const statuses = Object.fromEntries(rehearsal.summary.images.map(({ image, status }) => [image, status]))
  expect(statuses).toEqual({ web: 'failed', private: 'released', public: 'released' })
  const failed = rehearsal.world.aws.imagebuilder.images
    .list(place)
    .filter(({ image }) => image.state.status === 'FAILED')
  const [{ failureContext } = {}] = failed.map(({ image }) => image.state)
  expect(failureContext).toMatchObject({
    imageStatus: 'BUILDING',
    failedStep: 'ApplyBuildComponents',
    componentFailure: {
      componentArn: expect.stringContaining(':component/one-hello-'),
      phaseName: 'build',
      stepName: 'Hello',
      action: 'S3Download',
      errorMessage: 'HeadObject: Forbidden: Forbidden status code: 403',
    },
  })
  const texts = rehearsal.world.aws.calls.flatMap(({ operation, input }) =>
    operation === 'Publish' ? JSON.stringify(input) : [],
  )
  expect(texts).toContainEqual(
    expect.stringMatching(/HeadObject: Forbidden.*by reads or writes of the image's infrastructure/s),
  )
})

it('a role without a name is replaced by the one with it, and nothing is in the way', () => {
  expect(deployed).toEqual([undefined, 'UPDATE_COMPLETE', [], 'one-on-bare'])
})
