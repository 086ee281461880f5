import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { EventEnvelope } from './event.ts'
import type { Faults } from './faults.ts'
import { imaginedAmi, releaseEvent } from './releases.ts'
import type { Ami } from './stand-in/services/ec2.ts'
import type { World } from './world/world.ts'

/** What the accounts that own the upstreams do: they make AMIs, share them, and EC2 says so there. */

const stranger = '999999999999'
const hour = 3_600_000
const month = 30 * 24 * hour

/** The release before the rehearsal begins: an upstream has one when a fleet is deployed. */
export function addStandingRelease(world: World, fleet: Fleet, upstream: string, started: number): void {
  const time = new Date(started - month).toISOString()
  addAmi(world, fleet, imaginedAmi(fleet, releaseEvent(fleet, upstream, time)), { CreationDate: time })
}

/** The AMI that an event speaks of. It is the event that tells of it, so nothing else does. */
export function addReleasedAmi(
  world: World,
  { fleet, faults }: { fleet: Fleet; faults: Faults },
  event: EventEnvelope,
): void {
  const ami = imaginedAmi(fleet, event)
  if (world.standIn.ec2.find(ami.ami, fleet.build)) return
  const upstream = ami.upstream ?? ''
  const foreign = faults.has('untrusted-owner', upstream) && { ownerId: stranger }
  const { sharedWith } = addAmi(
    world,
    fleet,
    { ...ami, ...foreign, region: event.region },
    { unannounced: true },
  )
  const late = faults.has('shared-late', upstream)
  if (late || faults.has('never-shared', upstream)) sharedWith.delete(fleet.build.account)
  if (late) world.clock.at(Date.parse(event.time) + hour, () => void sharedWith.add(fleet.build.account))
}

/**
 * An event of an account that owns an upstream begins where EC2 would put it, on that account's default bus; of
 * any other, somebody puts it on the releases bus.
 *
 * @returns why nothing comes of it, where nothing does.
 */
export function announce(world: World, fleet: Fleet, event: EventEnvelope): string | undefined {
  const { account, region } = event
  const owns = Object.values(fleet.upstreams).some(({ ami }) => ami.owner === account)
  if (!owns) return world.receive(event, resourceName(fleet.name, 'releases'))
  const taken = world.regional.in({ account, region }).put(event, 'default')
  return taken ? undefined : `no rule on the default bus of account ${account} in ${region} takes it`
}

function addAmi(
  { standIn }: World,
  fleet: Fleet,
  imagined: ReturnType<typeof imaginedAmi> & { region?: string },
  more: { CreationDate?: string; unannounced?: boolean },
): Ami {
  const { ami, ownerId, name, architecture, upstream = '', region = fleet.build.region } = imagined
  const windows = fleet.upstreams[upstream]?.platform === 'Windows' || /windows/i.test(name)
  const device = rootDevice(fleet, upstream) ?? (windows ? '/dev/sda1' : '/dev/xvda')
  return standIn.ec2.addImage({
    ImageId: ami,
    account: ownerId,
    region,
    Name: name,
    Architecture: architecture as 'x86_64' | 'arm64',
    sharedWith: [fleet.build.account],
    RootDeviceName: device,
    BlockDeviceMappings: [{ DeviceName: device, Ebs: { VolumeSize: 8, VolumeType: 'gp3', Encrypted: true } }],
    ...(windows && { Platform: 'Windows', PlatformDetails: 'Windows' }),
    ...more,
  })
}

/** The root of an upstream's AMIs, as the fleet knows it: the first volume of an image that is baked on it. */
const rootDevice = (fleet: Fleet, upstream: string) =>
  Object.values(fleet.images).find(({ parent, volumes }) => parent === upstream && volumes.length > 0)
    ?.volumes[0]?.device
