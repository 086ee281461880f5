import { beforeAll, describe, expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

const time = '2026-09-01T06:00:00Z'

const fleetOf = (upstream: string, images: string) =>
  parseFleet(
    `
name: parents
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: Linux, ${upstream} } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  noop: { platform: Linux, document: { phases: [{ name: build, steps: [{ name: A, action: ExecuteBash, inputs: { commands: ["true"] } }] }] } }
images:
${images}
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
notify: { email: [platform-team@example.com] }
`,
    'parents.yaml',
  )

const image = (name: string, parent: string, more = '') =>
  `  ${name}: { parent: ${parent}, infrastructure: linux, components: [noop], estimate: 20m, timeout: 1h${more} }\n`

const releases = [{ upstream: 'soe', time }]

const endings = ({ summary }: Rehearsal) =>
  Object.fromEntries(summary.images.map(({ image: name, status }) => [name, status]))
const started = ({ world }: Rehearsal) =>
  world.aws.calls.filter(({ operation }) => operation === 'StartImagePipelineExecution').length

describe('a public parent, and no word of any volume', () => {
  const parameter = 'parameter: { name: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 }'
  let rehearsal: Rehearsal
  beforeAll(async () => {
    const fleet = fleetOf(parameter, image('base', 'soe') + image('app', 'base'))
    // Nothing tells of its releases: they are found.
    rehearsal = await (await stageFor(fleet)).rehearse({ releases, for: 7_200 })
  }, slow)

  it('is released', () => expect(endings(rehearsal)).toEqual({ base: 'released', app: 'released' }))

  it('has its volumes as they were, encrypted with the key of the fleet', () => {
    const { ec2, kms } = rehearsal.world.aws
    const own = ec2.list('us-west-2').filter(({ image: ami }) => ami.OwnerId === '111122223333')
    const key = kms.key('arn:aws:kms:us-west-2:111122223333:alias/parents')?.arn
    expect(key).toBeDefined()
    expect(own).toHaveLength(4)
    for (const { image: ami } of own)
      expect(ami.BlockDeviceMappings).toMatchObject([
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true, KmsKeyId: key } },
      ])
  })
})

describe('a parent with a second volume, which is not encrypted', () => {
  const soe = 'rootDevice: /dev/xvda, ami: { owner: "444455556666", name: "soe-*" }'
  let rehearsal: Rehearsal
  beforeAll(async () => {
    const images =
      image('plain', 'soe') +
      image('below', 'plain') +
      image('encrypted', 'soe', ', volumes: [{ device: /dev/sdb }]') +
      image('without', 'soe', ', volumes: [{ device: /dev/sdb, omit: true }]')
    rehearsal = await (await stageFor(fleetOf(soe, images))).rehearse({ releases, faults: ['parent-volume=soe'] })
  }, slow)

  it('stops an image that says nothing of it, before anything is baked, in one message that says what to write', () => {
    expect(endings(rehearsal)).toMatchObject({ plain: 'failed', below: 'skipped' })
    const about = rehearsal.notifications.filter(({ attributes }) => attributes.image === 'plain')
    expect(about.map(({ attributes }) => attributes.kind)).toEqual(['image-failed'])
    expect(about[0]?.message).toContain('add { device: /dev/sdb } to images.plain.volumes')
    expect(about[0]?.message).toContain('{ device: /dev/sdb, omit: true }')
  })

  it('is baked on with what the message says', () => {
    expect(endings(rehearsal)).toMatchObject({ encrypted: 'released', without: 'released' })
    expect(started(rehearsal)).toBe(2)
    const devices = rehearsal.world.aws.ec2
      .list('us-west-2')
      .filter(({ image: ami }) => ami.OwnerId === '111122223333')
      .map(({ image: ami }) =>
        (ami.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.Encrypted]),
      )
    expect(devices.toSorted((a, b) => a.length - b.length)).toEqual([
      [['/dev/xvda', true]],
      [
        ['/dev/xvda', true],
        ['/dev/sdb', true],
      ],
    ])
  })
})
