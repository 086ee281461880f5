import { sourceIn } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { type Refused, refusedAs } from './refusals.ts'
import { upstreamsOfKind } from './release.ts'
import { readSoeAmiReleased } from './soe-ami-released.ts'

/** An event of any of the kinds that announce a release, as far as Rebake reads it. */
export interface Announcement {
  id: string
  'detail-type': string
  account: string
  /** ISO 8601. */
  time: string
  region: string
  resources: string[]
  detail: Record<string, unknown>
}

/** Where the AMI's id is to be found. */
export type Whereabouts = { ami: string } | { parameterOf: string } | { imageArn: string }

/** What an event announces: of which upstreams, and where to look for the AMI. */
export type Reading =
  | { upstreams: string[]; look: Whereabouts; emergency?: boolean; reason?: string }
  | Refused
  | { ignored: string }

/** Reads an event of an upstream. What it says of owners and names is not believed: `judge` decides. */
export function readAnnouncement(fleet: Fleet, event: Announcement): Reading {
  const read = readers[event['detail-type']]
  return read ? read(fleet, event) : { ignored: `'${event['detail-type']}' announces no release` }
}

const readers: Record<string, (fleet: Fleet, event: Announcement) => Reading> = {
  'EC2 AMI State Change': (fleet, { detail, region, account }) => {
    if (detail.State !== 'available') return { ignored: `it is ${detail.State}, not available` }
    if (region !== fleet.build.region) return refusedAs('other-region', { region, expected: fleet.build.region })
    const upstreams = upstreamsOfKind(fleet, 'ami')
    // The releases bus also carries the AMI events of accounts that announce in another way.
    if (upstreams.length === 0) return { ignored: `no upstream is the AMIs of account ${account}` }
    return { upstreams, look: { ami: String(detail.ImageId) } }
  },

  'Parameter Store Change': (fleet, { detail, account, region }) => {
    const upstreams = upstreamsOfKind(fleet, 'parameter').filter((name) => {
      const source = sourceIn(fleet, name)
      return source.kind === 'parameter' && source.parameter === detail.name && source.account === account
    })
    const [first] = upstreams
    if (!first || region !== fleet.build.region)
      return {
        ignored: `no upstream is the parameter ${detail.name} of account ${account} in ${region}`,
      }
    if (detail.operation === 'Delete') return refusedAs('parameter-deleted', { parameter: detail.name })
    return { upstreams, look: { parameterOf: first } }
  },

  'EC2 Image Builder Image State Change': (fleet, { resources: [imageArn = ''] }) => {
    const upstreams = upstreamsOfKind(fleet, 'image').filter((name) => {
      const source = sourceIn(fleet, name)
      return source.kind === 'image' && imageArn.split('/')[1] === source.image
    })
    return upstreams.length > 0
      ? { upstreams, look: { imageArn } }
      : { ignored: `no upstream is the image ${imageArn}` }
  },

  'SOE AMI Released': (fleet, { detail, account }) => {
    const read = readSoeAmiReleased(detail)
    if ('wrong' in read) return refusedAs('malformed', { wrong: read.wrong })
    const { upstream, ami, emergency, reason } = read.released
    const source = Object.hasOwn(fleet.upstreams, upstream) ? sourceIn(fleet, upstream) : undefined
    if (source?.kind !== 'event') return { ...refusedAs('unknown-upstream', { upstream }), upstream }
    if (source.account !== account)
      return { ...refusedAs('wrong-announcer', { account, upstream, expected: source.account }), upstream }
    return {
      upstreams: [upstream],
      look: { ami },
      ...(emergency !== undefined && { emergency }),
      ...(reason !== undefined && { reason }),
    }
  },
}
