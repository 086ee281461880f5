import { beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

const [first, second] = ['subnet-0a1b2c3d4e5f67890', 'subnet-0a1b2c3d4e5f67891']
const on = 'inputs: { instanceId.$: $.stepOutputs.Launch.instanceId }'
const launch = '- { name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent } }'
const workflows = `
workflows:
  bake:
    type: build
    description: Builds what runs on Linux
    document:
      parameters: [{ name: Clean, type: boolean }]
      steps:
        ${launch}
        - { name: InstallAll, action: ExecuteComponents, ${on} }
        - { name: Sanitize, action: SanitizeInstance, if: { booleanEquals: true, value: $.parameters.Clean }, ${on} }
        - { name: Image, action: CreateImage, ${on} }
      outputs: [{ name: ImageId, value: $.stepOutputs.Image.imageId }]
  try:
    type: test
    document:
      steps:
        ${launch}
        - { name: TryAll, action: ExecuteComponents, ${on} }
images:`
const fleet = oneImage(
  [
    'infrastructure:',
    `network: { vpc: vpc-0a1b2c3d4e5f67890, subnets: [${first}, ${second}], securityGroups: [sg-0a1b2c3d4e5f67890] }\ninfrastructure:`,
  ],
  ['\nimages:', workflows],
  [
    '    tags: { team: a }',
    '    tags: { team: a }\n    workflows: [{ workflow: bake, parameters: { Clean: true } }, { workflow: try, parallelGroup: one }]',
  ],
)
const releases = [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }]
const build = { account: '111122223333', region: 'us-west-2' }
const buildsOf = ({ world }: Rehearsal) =>
  world.aws.imagebuilder.images.list(build).filter(({ kind }) => kind === 'build')

describe('an image with a build workflow and a test workflow of the fleet', () => {
  let rehearsal: Rehearsal
  beforeAll(async () => {
    rehearsal = await (await stageFor(fleet)).rehearse({ releases, faults: ['no-capacity=web'] })
  }, slow)

  it('is released, baked with them in the next subnet too', () => {
    expect(rehearsal.summary.images.map(({ image, status }) => [image, status])).toEqual([['web', 'released']])
    const arn = (name: string) => expect.stringMatching(new RegExp(`:workflow/${name}-[0-9a-f]{8}/1\\.0\\.0/1$`))
    const used = [
      { workflowArn: arn('build/one-bake'), parameters: [{ name: 'Clean', value: ['true'] }] },
      { workflowArn: arn('test/one-try'), parallelGroup: 'one' },
    ]
    expect(buildsOf(rehearsal).map(({ image }) => [image.state.status, image.workflows])).toEqual([
      ['FAILED', used],
      ['AVAILABLE', used],
    ])
  })
})
