import type { Fleet } from '../domain/fleet/model.ts'
import { readAnnouncement } from '../domain/planning/announcements.ts'
import { type Source, sourceIn, sourcesOfKind, type UpstreamKind } from '../domain/upstream-kinds.ts'
import type { EventEnvelope, World } from '../emulator/index.ts'
import { derivedFrom } from './derived-ids.ts'

/** An upstream's release, at a time (ISO 8601, whole seconds). All else follows from the two, whatever the seed. */
export interface PlannedRelease {
  upstream: string
  time: string
}

type Emulated = World['aws']

/** What an event says, that is in its upstream's account. */
type Announced = Pick<EventEnvelope, 'detail-type' | 'source' | 'account' | 'resources' | 'detail'>

/** What an event itself says of the AMI that it is about. */
interface Reported {
  ami?: string
  state?: string
}

/** What is asked of the kind whose releases an event tells of: nothing of it depends on one upstream. */
interface EventRow {
  /** The bus on which an event of the build account's own begins. */
  ownBus: 'default' | 'releases'
  /** What the event says of its AMI; undefined where it is not about an AMI that is there to be looked at. */
  tells(event: EventEnvelope): Reported | undefined
  /** The upstreams that an event may be of. */
  upstreamsOf(fleet: Fleet, event: EventEnvelope): string[]
  /** Whether the event was made for this release. Default: it has the same id. */
  isMadeFor?(event: EventEnvelope, release: PlannedRelease): boolean
  /** Whether an AMI that is no upstream's is there, too. */
  isAboutAny: boolean
  /** Takes away what says which AMI an upstream is, where the event tells that it is gone. */
  withdraw?(aws: Emulated, event: EventEnvelope): void
}

interface Row<K extends UpstreamKind> extends EventRow {
  /** The event that tells of a release; undefined where nobody is notified. */
  event(fleet: Fleet, source: Source<K>, release: PlannedRelease): Announced | undefined
  /** The Image Builder image that its AMI is the output of: the event's own, where one names it. */
  imageArn?(fleet: Fleet, source: Source<K>, time: string, event?: EventEnvelope): string
  /** Makes what says which AMI the upstream is. */
  point?(aws: Emulated, fleet: Fleet, source: Source<K>, ami: string, imageArn: string | undefined): void
}

export const chance = ({ upstream, time }: PlannedRelease) => derivedFrom(`release/${upstream}/${time}`)
export const amiOf = (release: PlannedRelease) => `ami-0${chance(release).fork('ami').hex(16)}`

/** The ARN of the Image Builder image that an upstream releases; its version is the time. */
function imageArnOf(fleet: Fleet, image: string, time: string): string {
  const [date = '', clock = ''] = time.split('T')
  const [year, month, day] = date.split('-').map(Number)
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  const version = `${year}.${(month ?? 0) * 100 + (day ?? 0)}.${hour * 100 + minute}`
  return `arn:aws:imagebuilder:${fleet.build.region}:${fleet.build.account}:image/${image}/${version}/1`
}

function readUpstreams(fleet: Fleet, event: EventEnvelope): string[] {
  const reading = readAnnouncement(fleet, event)
  return 'upstreams' in reading ? reading.upstreams : []
}

/** How upstreams of each kind release, in their accounts. */
const upstreamKinds: { [K in UpstreamKind]: Row<K> } = {
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html
  ami: {
    event: (fleet, source, release) => {
      const ImageId = amiOf(release)
      const RequestId = chance(release).fork('request').uuid()
      return {
        'detail-type': 'EC2 AMI State Change',
        source: 'aws.ec2',
        account: source.owner,
        resources: [`arn:aws:ec2:${fleet.build.region}::image/${ImageId}`],
        detail: { RequestId, ImageId, State: 'available', ErrorMessage: '' },
      }
    },
    ownBus: 'default',
    tells: ({ detail }) => ({ ami: String(detail.ImageId), state: String(detail.State) }),
    upstreamsOf: (fleet, { account }) =>
      sourcesOfKind(fleet, 'ami').flatMap(([name, source]) => (source.owner === account ? [name] : [])),
    isMadeFor: ({ detail }, release) => amiOf(release) === detail.ImageId,
    isAboutAny: true,
  },

  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
  parameter: {
    event: (fleet, { parameter, account }) =>
      account === ''
        ? undefined
        : {
            'detail-type': 'Parameter Store Change',
            source: 'aws.ssm',
            account,
            resources: [`arn:aws:ssm:${fleet.build.region}:${account}:parameter/${parameter.replace(/^\//, '')}`],
            detail: { operation: 'Update', name: parameter, type: 'String', description: '' },
          },
    ownBus: 'default',
    tells: () => ({}),
    upstreamsOf: readUpstreams,
    isAboutAny: false,
    point: (aws, fleet, { parameter, account }, ami) =>
      aws.ssm.seed({ account, region: fleet.build.region }, { name: parameter, value: ami, unannounced: true }),
    withdraw: (aws, { account, region, detail }) => {
      if (detail.operation === 'Delete') aws.ssm.forget({ account, region }, String(detail.name))
    },
  },

  // https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html
  image: {
    event: (fleet, { image }, { time }) => ({
      'detail-type': 'EC2 Image Builder Image State Change',
      source: 'aws.imagebuilder',
      account: fleet.build.account,
      resources: [imageArnOf(fleet, image, time)],
      detail: { 'previous-state': { status: 'INTEGRATING' }, state: { status: 'AVAILABLE' } },
    }),
    ownBus: 'default',
    tells: ({ detail }) => {
      const { status = 'AVAILABLE' } = (detail.state ?? {}) as { status?: string }
      return status === 'AVAILABLE' ? {} : undefined
    },
    upstreamsOf: readUpstreams,
    isAboutAny: false,
    imageArn: (fleet, { image }, time, event) => event?.resources[0] ?? imageArnOf(fleet, image, time),
    point: (aws, { build }, { image }, ami, imageArn) => {
      const { region, account: accountId } = build
      const output = { region, accountId, image: ami, name: image, state: { status: 'AVAILABLE' as const } }
      if (imageArn !== undefined) aws.imagebuilder.images.addBuilt(imageArn, {}, [output])
    },
  },

  event: {
    event: (_, { account }, release) => ({
      'detail-type': 'SOE AMI Released',
      source: 'soe',
      account,
      resources: [],
      detail: { version: '1', upstream: release.upstream, ami: amiOf(release) },
    }),
    ownBus: 'releases',
    tells: ({ detail }) => (typeof detail.ami === 'string' ? { ami: detail.ami } : {}),
    upstreamsOf: readUpstreams,
    isAboutAny: false,
  },
}

/** What the event of a release says; undefined where nobody is notified. */
export function announced(fleet: Fleet, release: PlannedRelease): Announced | undefined {
  const ask = <K extends UpstreamKind>(source: Source<K>) => upstreamKinds[source.kind].event(fleet, source, release)
  return ask(sourceIn(fleet, release.upstream))
}

/** What to know of the events that tell of the releases of a kind. */
export const eventsOf = (kind: UpstreamKind): EventRow => upstreamKinds[kind]

/** The Image Builder image that an upstream's AMI is the output of, where it is one's. */
export function imageArn(fleet: Fleet, release: PlannedRelease, event?: EventEnvelope): string | undefined {
  const ask = <K extends UpstreamKind>(source: Source<K>) =>
    upstreamKinds[source.kind].imageArn?.(fleet, source, release.time, event)
  return ask(sourceIn(fleet, release.upstream))
}

/** Makes what says which AMI an upstream is: a parameter, or an Image Builder image. */
export function point(aws: Emulated, fleet: Fleet, upstream: string, ami: string, arn: string | undefined): void {
  const ask = <K extends UpstreamKind>(source: Source<K>) =>
    upstreamKinds[source.kind].point?.(aws, fleet, source, ami, arn)
  ask(sourceIn(fleet, upstream))
}
