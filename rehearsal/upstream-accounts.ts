import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { hintTopicOf, kindAnnouncedBy, sourceIn } from '../domain/upstream-kinds.ts'
import {
  type Ami,
  type EventEnvelope,
  eventTime,
  type OperatingSystemName,
  operatingSystems,
  type World,
} from '../emulator/index.ts'
import { upstreamAccounts } from '../infra/targets.ts'
import type { Machine } from './fault-hooks.ts'
import type { Faults } from './faults.ts'
import { amiOfRelease, type SimulatedAmi } from './releases.ts'
import { eventsOf, imageArn, point } from './upstream-kinds.ts'

/** What the accounts that own the upstreams do: they make AMIs, share them, point to them, and tell. */

const hour = 3_600_000
const month = 30 * 24 * hour

/** What is released, by an upstream (undefined: nobody's) and with the event that tells of it, where one does. */
export interface Released {
  simulated: SimulatedAmi
  event: EventEnvelope | undefined
  /** ISO 8601. */
  time: string
  region: string
}

/** The operating systems of upstreams whose names do not tell. */
export type Systems = Record<string, OperatingSystemName>

interface UpstreamContext {
  fleet: Fleet
  faults: Faults
  systems?: Systems
}

/**
 * The releases before the rehearsal begins: an upstream has one when a fleet is deployed.
 * @returns their AMIs, by upstream
 */
export function addStandingReleases(
  world: World,
  { fleet, faults, systems = {} }: UpstreamContext,
  started: number,
): Map<string, string> {
  const amis = new Map<string, string>()
  for (const [nth, upstream] of Object.keys(fleet.upstreams).entries()) {
    if (faults.at('before', upstream) === 'nothing') continue
    // Not all at the same minute, which is in the AMIs' names.
    const time = eventTime(new Date(started - month + nth * 60_000))
    const simulated = amiOfRelease(fleet, { upstream, time })
    const arn = imageArn(fleet, { upstream, time })
    addAmi(world, { fleet, faults, systems }, simulated, {
      region: fleet.build.region,
      unannounced: true,
      tags: tagsOf(arn),
    })
    point(world.aws, fleet, upstream, simulated.ami, arn)
    amis.set(upstream, simulated.ami)
  }
  return amis
}

/** Makes of what an event tells, or of a release, what is so: an AMI and what points to it, or that they are gone. */
export function bringAbout(world: World, context: UpstreamContext, released: Released): void {
  const { simulated, region } = released
  const { ami, state } = simulated
  const { ec2 } = world.aws
  const known = ec2.get(ami, region)
  if (state === 'deregistered') ec2.deregister(ami, region, { unannounced: true })
  else if (state === 'disabled') known && disable(known)
  else make(world, context, released, known !== undefined)
}

function make(
  world: World,
  { fleet, faults, systems = {} }: UpstreamContext,
  { simulated, event, time, region }: Released,
  isThere: boolean,
): void {
  const { ami, upstream } = simulated
  const arn = upstream === undefined ? undefined : imageArn(fleet, { upstream, time }, event)
  if (!isThere) {
    const made = addAmi(world, { fleet, faults, systems }, faults.at('ami', upstream ?? '', simulated) ?? simulated, {
      region,
      tags: tagsOf(arn),
      // Of an upstream that is an account's AMIs, the event itself is EC2's.
      unannounced: event?.source === 'aws.ec2',
    })
    hide(world, fleet, faults, made, upstream)
  }
  if (upstream !== undefined) point(world.aws, fleet, upstream, ami, arn)
}

/** What Image Builder says on its AMIs. */
const tagsOf = (arn: string | undefined): Record<string, string> =>
  arn === undefined ? {} : { CreatedBy: 'EC2 Image Builder', Ec2ImageBuilderArn: arn }

/** Shares an AMI later than its release, or never. */
function hide({ clock }: World, { build }: Fleet, faults: Faults, made: Ami, upstream = ''): void {
  const delay = faults.at('sharing', upstream)
  if (delay === undefined) return
  const { Public } = made.image
  const share = (shared: boolean) => {
    made.image.Public = shared && Public === true
    if (shared) made.sharedWith.add(build.account)
    else made.sharedWith.delete(build.account)
  }
  share(false)
  if (Number.isFinite(delay)) clock.at(clock.now() + delay, () => share(true))
}

/** "A disabled AMI can't be shared": nobody but its owner sees it any more. */
function disable({ image, sharedWith }: Ami): void {
  Object.assign(image, { State: 'disabled', Public: false })
  sharedWith.clear()
}

/** What says which AMI an upstream is and is gone, by an event that says so: no AMI is to be made for it. */
export function withdraw({ aws }: World, event: EventEnvelope): void {
  const kind = kindAnnouncedBy(event['detail-type'])
  if (kind) eventsOf(kind).withdraw?.(aws, event)
}

/** A message on the topic of an upstream that has one: what is in it, nobody knows. */
export function hint({ aws }: World, fleet: Fleet, upstream: string): void {
  const topic = hintTopicOf(sourceIn(fleet, upstream))
  if (topic !== undefined) aws.sns.announce(topic, { text: 'There is a new AMI.' })
}

/**
 * An event of the build account, or of one that an upstream is in, begins on that account's default bus; of any other,
 * somebody puts it on the releases bus.
 *
 * @returns why nothing comes of it, where nothing does.
 */
export function announce(world: World, fleet: Fleet, event: EventEnvelope): string | undefined {
  const { account, region, 'detail-type': type } = event
  const releases = resourceName(fleet.name, 'releases')
  const isOwn = account === fleet.build.account
  if (!isOwn && !upstreamAccounts(fleet).includes(account)) return world.receive(event, releases)
  const buses = world.regional.in({ account, region })
  // The bus is the account's own: its policy is not asked.
  const kind = kindAnnouncedBy(type)
  const bus = isOwn && kind && eventsOf(kind).ownBus === 'releases' ? releases : 'default'
  return buses.put(event, bus) ? undefined : `no rule on the ${bus} bus of account ${account} in ${region} takes it`
}

function addAmi(
  { aws }: World,
  { fleet, faults, systems = {} }: UpstreamContext,
  { ami, ownerId, ownerAlias, name, architecture, state, created, upstream = '' }: SimulatedAmi,
  o: { region: string; unannounced: boolean; tags?: Record<string, string> },
): Ami {
  const { region, unannounced, tags = {} } = o
  const system = systemOf(fleet, { upstream, name }, systems)
  const windows = system === 'windows'
  const { root, size, others = [] } = operatingSystems[system]
  // What everybody may launch is not encrypted: nobody else could use the key.
  const key = ownerAlias === undefined ? ownerKey(aws, fleet, { account: ownerId, region }) : undefined
  const encryption = key === undefined ? { Encrypted: false } : { Encrypted: true, KmsKeyId: key }
  const usual: Machine = {
    RootDeviceName: root,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [{ device: root, size }, ...others].map((volume) => ({
      DeviceName: volume.device,
      Ebs: { VolumeSize: volume.size, VolumeType: 'gp3', ...encryption },
    })),
  }
  // A name that is taken is free once its AMI is gone.
  const former = aws.ec2.named(name, { account: ownerId, region })
  if (former) aws.ec2.deregister(former.image.ImageId, region)
  return aws.ec2.addImage({
    ImageId: ami,
    account: ownerId,
    region,
    Name: name,
    State: state as 'available',
    unannounced,
    Architecture: architecture as 'x86_64' | 'arm64',
    CreationDate: created,
    ...(ownerAlias === undefined
      ? { sharedWith: [fleet.build.account] }
      : { ImageOwnerAlias: ownerAlias, Public: true }),
    ...(faults.at('machine', upstream, usual) ?? usual),
    ...(windows && { Platform: 'Windows' as const, PlatformDetails: 'Windows' }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  })
}

/** How AMIs, upstreams and their descriptions name an operating system. What names none is Amazon Linux, unless somebody says. */
const words: Record<OperatingSystemName, RegExp> = {
  windows: /windows/i,
  ubuntu: /ubuntu/i,
  'red-hat': /rhel|red.?hat/i,
  fedora: /fedora/i,
  bottlerocket: /bottlerocket/i,
  'amazon-linux': /amazon|amzn|\bal20/i,
}

/** Never from the volumes of the fleet: whether those are right is what a rehearsal is to find out. */
function systemOf(
  fleet: Fleet,
  { upstream, name }: { upstream: string; name: string },
  systems: Systems,
): OperatingSystemName {
  const { platform, description = '', parameter, image } = fleet.upstreams[upstream] ?? {}
  if (systems[upstream]) return systems[upstream]
  if (platform === 'Windows') return 'windows'
  const named = [name, upstream, parameter?.name ?? '', image?.name ?? '', description].join(' ')
  const [found = 'amazon-linux'] = (Object.keys(words) as OperatingSystemName[]).filter((each) =>
    words[each].test(named),
  )
  return found
}

/** The key of an account that shares AMIs with the build account, and so its key. */
function ownerKey({ kms }: World['aws'], { build }: Fleet, { account, region }: { account: string; region: string }) {
  const arn = `arn:aws:kms:${region}:${account}:key/upstream`
  if (!kms.key(arn)) {
    const trusted = [account, build.account].map((each) => `arn:aws:iam::${each}:root`)
    const statement = { Effect: 'Allow' as const, Principal: { AWS: trusted }, Action: 'kms:*', Resource: '*' }
    kms.addKey({ arn, enabled: true, policy: { Statement: [statement] } })
  }
  return arn
}
