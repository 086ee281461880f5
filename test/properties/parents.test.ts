import { DescribeSnapshotsCommand, EC2Client, type Image } from '@aws-sdk/client-ec2'
import { ImagebuilderClient, StartImagePipelineExecutionCommand } from '@aws-sdk/client-imagebuilder'
import { KMSClient } from '@aws-sdk/client-kms'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readParent } from '../../aws/parent-facts.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { FleetInvalid, parseFleet } from '../../domain/fleet/parse.ts'
import { rootDevices } from '../../domain/fleet/root-device.ts'
import { type RecipeVolume, volumesOf } from '../../domain/fleet/volumes.ts'
import { judgeParent, madeOn, snapshotsIn, wantedParent } from '../../domain/validation/parent.ts'
import { build, clientOptions, keyIn, seedFleet, served, soe, target } from '../emulator/accounts.ts'

/**
 * Whatever parent, image and rings there are: what `check` accepts is refused before the bake, or its AMI has every volume encrypted
 * with a key that its rings can use. And what is refused before the bake would not have been so.
 */

const volume = (device: string) =>
  fc.record({
    device: fc.constant(device),
    size: fc.constantFrom(8, 20, 130),
    encryption: fc.constantFrom('none', 'key', 'managed' as const),
  })
const parents = fc.record({
  isOwn: fc.boolean(),
  root: fc.constantFrom(...rootDevices).chain(volume),
  others: fc.tuple(
    fc.option(volume('/dev/sdb'), { nil: undefined }),
    fc.option(volume('/dev/sdf'), { nil: undefined }),
  ),
  rootType: fc.constantFrom(...Array(9).fill('ebs'), 'instance-store'),
  bootMode: fc.constantFrom('uefi', 'uefi-preferred' as const),
})
type Parent = typeof parents extends fc.Arbitrary<infer T> ? T : never

const said = {
  size: fc.constantFrom(undefined, undefined, 8, 20, 130),
  type: fc.constantFrom(undefined, undefined, 'gp2', 'st1'),
}
const named = fc.oneof(
  fc.record({ device: fc.constantFrom('/dev/sdb', '/dev/sdf', '/dev/sdg', '/dev/xvda', '/dev/sda1'), ...said }),
  fc.record({ device: fc.constantFrom('/dev/sdb', '/dev/sdf', '/dev/sdg'), omit: fc.constant(true) }),
)
const images = fc.record({
  rootDevice: fc.constantFrom(undefined, 'right', 'right', 'right', ...rootDevices),
  root: fc.constantFrom(undefined, {}, { size: 20 }, { size: 130, type: 'st1' }),
  volumes: fc.uniqueArray(named, { maxLength: 3, selector: ({ device }) => device }),
  checks: fc.constantFrom({}, { ami: { encrypted: false } }, { ami: { bootMode: 'uefi' } }),
  leaves: fc.boolean(),
})
type Asked = typeof images extends fc.Arbitrary<infer T> ? T : never

const accounts = fc.record({ encrypts: fc.boolean(), isManaged: fc.boolean() })

function fleetOf({ root, volumes, checks, leaves, ...asked }: Asked, parent: Parent): Fleet | undefined {
  const rootDevice = asked.rootDevice === 'right' ? parent.root.device : asked.rootDevice
  const { account, region } = build
  const noop = { phases: [{ name: 'build', steps: [{ name: 'A', action: 'Reboot' }] }] }
  const text = stringify({
    name: 'any',
    build,
    upstreams: {
      soe: { platform: 'Linux', rootDevice, ami: { owner: soe.account, name: 'soe-*', architecture: 'arm64' } },
    },
    infrastructure: { arm: { instanceTypes: ['m7g.large'] } },
    components: { noop: { platform: 'Linux', document: noop } },
    images: { web: { parent: 'soe', infrastructure: 'arm', components: ['noop'], root, volumes, checks } },
    rings: { all: { accounts: [leaves ? target.account : account], regions: [region] } },
  })
  try {
    return parseFleet(text, 'any.yaml')
  } catch (error) {
    if (error instanceof FleetInvalid) return undefined
    throw error
  }
}

/** As a deploy writes it into the recipe: test/infra/image-builder/images.test.ts holds that. */
const mapping = ({ device, size, type, iops, omit }: RecipeVolume) =>
  omit
    ? { deviceName: device, noDevice: '' }
    : {
        deviceName: device,
        ebs: { encrypted: true, kmsKeyId: keyIn(build.region), volumeSize: size, volumeType: type, iops },
      }

const managed = `arn:aws:kms:${build.region}:${build.account}:alias/aws/ebs`
const theirs = `arn:aws:kms:${build.region}:${soe.account}:key/theirs`

async function worldWith(parent: Parent, account: { encrypts: boolean; isManaged: boolean }) {
  const world = await served()
  const { pipeline } = seedFleet(world)
  const { ec2, ssm } = world.aws
  ec2.encryption.switchOn(build, account.isManaged ? undefined : keyIn(build.region))
  if (!account.encrypts) ec2.encryption.switchOff(build)
  const keys = {
    none: undefined,
    key: parent.isOwn ? keyIn(build.region) : theirs,
    managed: parent.isOwn ? managed : theirs,
  }
  const volumes = [parent.root, ...parent.others.flatMap((each) => each ?? [])]
  const { image } = ec2.addImage({
    ...(parent.isOwn ? build : soe),
    Name: 'soe-1',
    sharedWith: [build.account],
    Architecture: 'arm64',
    BootMode: parent.bootMode,
    RootDeviceName: parent.root.device,
    RootDeviceType: parent.rootType,
    BlockDeviceMappings: volumes.map(({ device, size, encryption }) => ({
      DeviceName: device,
      Ebs: { VolumeSize: size, Encrypted: encryption !== 'none', KmsKeyId: keys[encryption] },
    })),
  })
  ssm.seed(build, { name: '/golden/images/base/parent', value: image.ImageId })
  return { world, pipeline, ami: image.ImageId }
}

type Staged = Awaited<ReturnType<typeof worldWith>>

/** The AMI that comes of it; undefined where the build fails. */
async function baked({ world, pipeline }: Staged, volumes: RecipeVolume[]): Promise<Image | undefined> {
  const started = await new ImagebuilderClient(clientOptions(world)).send(
    new StartImagePipelineExecutionCommand({ imagePipelineArn: pipeline, clientToken: 'b' }),
  )
  const record = world.aws.imagebuilder.images.get(started.imageBuildVersionArn ?? '')
  Object.assign(record.image.imageRecipe ?? {}, { blockDeviceMappings: volumes.map(mapping) })
  world.clock.run()
  return world.aws.ec2.get(record.amis[0]?.image ?? '', build.region)?.image
}

async function whyBad(staged: Staged, made: Image | undefined, asked: Asked): Promise<string | undefined> {
  if (!made) return 'the build failed'
  const ec2 = new EC2Client(clientOptions(staged.world))
  for (const { DeviceName, Ebs: ebs } of made.BlockDeviceMappings ?? []) {
    const demanded = !('ami' in asked.checks && asked.checks.ami && 'encrypted' in asked.checks.ami)
    if (!ebs?.Encrypted && demanded) return `${DeviceName} is not encrypted`
    if (!ebs?.Encrypted || !asked.leaves) continue
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [ebs.SnapshotId ?? ''] }))
    if (staged.world.aws.kms.key(Snapshots[0]?.KmsKeyId ?? '')?.managed) return `${DeviceName} has a key of AWS`
  }
  const { bootMode } = { bootMode: undefined, ...('ami' in asked.checks ? (asked.checks.ami as object) : {}) }
  return bootMode === undefined || bootMode === made.BootMode ? undefined : 'it boots another way'
}

it('bakes what has every volume encrypted with a key that the rings can use, and refuses the rest before', {
  timeout: 60_000,
}, async () => {
  const seen = { refused: 0, baked: 0, invalid: 0 }
  await fc.assert(
    fc.asyncProperty(parents, images, accounts, async (parent, asked, account) => {
      const fleet = fleetOf(asked, parent)
      if (!fleet) {
        seen.invalid++
        return
      }
      const staged = await worldWith(parent, account)
      try {
        const wanted = wantedParent(fleet, 'web')
        const clients = {
          ec2: new EC2Client(clientOptions(staged.world)),
          kms: new KMSClient(clientOptions(staged.world)),
        }
        const { volumes } = wanted
        const about = { ami: staged.ami, account: build.account, volumes, snapshots: snapshotsIn(volumes) }
        const facts = await readParent(clients, about)
        if (!facts) throw new Error('nobody sees the AMI')
        const findings = judgeParent(facts, wanted)
        const made = await baked(staged, volumesOf(fleet, 'web'))
        const why = await whyBad(staged, made, asked)
        seen[findings.length > 0 ? 'refused' : 'baked']++
        if (findings.length === 0) {
          expect(why).toBeUndefined()
          // What is said of it beforehand is what it is, so that children are judged as well.
          const { volumes: predicted } = madeOn(facts, wanted, build.account)
          const found = (made?.BlockDeviceMappings ?? []).map(
            ({ DeviceName, Ebs }) => `${DeviceName} ${Ebs?.VolumeSize} ${Ebs?.Encrypted}`,
          )
          expect(predicted.map(({ device, sizeGiB, encrypted }) => `${device} ${sizeGiB} ${encrypted}`)).toEqual(found)
        } else if (!findings.join().includes('root device is')) expect(why).toBeDefined()
      } finally {
        await staged.world.close()
      }
    }),
    { numRuns: 400, seed: 2 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(30)
})
