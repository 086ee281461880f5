import type { Fleet } from '../fleet/model.ts'
import { kindAnnouncedBy, sourcesOfKind, type UpstreamKind, upstreamKinds } from '../upstream-kinds.ts'
import type { Refused } from './refusals.ts'

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

/** Where the AMI's id is to be found: in the event, or what an upstream points to, or what an Image Builder image came to. */
export type Whereabouts = { ami: string } | { newestOf: string } | { imageArn: string }

/** What an event announces: of which upstreams, and where to look for the AMI. */
export type Reading =
  | { upstreams: string[]; look: Whereabouts; emergency?: boolean; reason?: string }
  | Refused
  | { ignored: string }

/** Reads an event of an upstream. What it says of owners and names is not believed: `judge` decides. */
export function readAnnouncement(fleet: Fleet, event: Announcement): Reading {
  const kind = kindAnnouncedBy(event['detail-type'])
  return kind ? readAs(kind, fleet, event) : { ignored: `'${event['detail-type']}' announces no release` }
}

const readAs = <K extends UpstreamKind>(kind: K, fleet: Fleet, event: Announcement): Reading =>
  upstreamKinds[kind].read(event, sourcesOfKind(fleet, kind), fleet.build)
