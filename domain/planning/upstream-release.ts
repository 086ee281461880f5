import type { Fleet } from '../fleet/model.ts'
import { nameMatches } from '../fleet/selection.ts'
import type { UpstreamRelease } from '../triggers.ts'
import { callsEmergencies, type Source, sourceIn, upstreamKinds } from '../upstream-kinds.ts'
import type { UpstreamState } from './fleet-state.ts'
import { type Refused, refusedAs } from './refusals.ts'

/** What somebody says: an AMI is a release of one of these upstreams. */
export interface Announcement {
  upstreams: string[]
  ami: string
  /** ISO 8601, the event's own time, or that of the poll. */
  time: string
  emergency?: boolean | undefined
  reason?: string | undefined
}

/** What DescribeImages says of an AMI, as far as a release depends on it. */
export interface ReleasedAmi {
  ami: string
  ownerId: string
  ownerAlias?: string | undefined
  name: string
  architecture: string
  state: string
  /** CreationDate, ISO 8601: the order of releases. */
  created: string
  /** The image of this fleet that it, or an ancestor of it, was baked as. */
  bakedAs?: string | undefined
}

/**
 * `ignored`: nothing wrong, and nothing to do with this fleet; `refused`: somebody must look; `unseen`: its owner may
 * be about to share it.
 */
export type ReleaseVerdict = { releases: UpstreamRelease[] } | Refused | { ignored: string } | { unseen: string }

/**
 * Whether a claim is a release to believe. The word of an event or a parameter alone is not: an AMI counts only
 * after DescribeImages has shown an owner and a name that the fleet expects.
 */
export function verifyRelease(fleet: Fleet, claim: Announcement, image: ReleasedAmi | undefined): ReleaseVerdict {
  if (!image) return { unseen: refusedAs('not-visible', { account: fleet.build.account }).refused }
  if (image.state !== 'available') return refusedAs('not-available', { state: image.state })
  const sources = claim.upstreams.map((upstream) => ({ upstream, ...sourceIn(fleet, upstream) }))
  const owned = sources.filter(({ owner }) => isOwner(owner, image))
  if (owned.length === 0) return wrongOwner(image, sources)
  const named = owned.filter(({ amiName }) => amiName === undefined || nameMatches(amiName, image.name))
  if (named.length === 0) return wrongName(image, owned)
  const fitting = named.filter(({ architecture }) => architecture === image.architecture)
  if (fitting.length === 0) {
    const upstreams = named.map(({ upstream }) => upstream).join(', ')
    const refused = refusedAs('wrong-architecture', { architecture: image.architecture, upstreams })
    return areAmongOthers(named) ? { ignored: refused.refused } : refused
  }
  if (image.bakedAs) return refusedAs('own-image', { image: image.bakedAs })
  return { releases: fitting.map((source) => releaseOf(source, claim, image)) }
}

type NamedSource = Source & { upstream: string }

/** An account has many AMIs: that an event is about another one is no news. A parameter that names another one is. */
const areAmongOthers = (sources: NamedSource[]) => sources.every(({ kind }) => upstreamKinds[kind].isAmongOthers)

const isOwner = (owner: string, { ownerId, ownerAlias }: ReleasedAmi) =>
  owner === 'amazon' ? ownerAlias === 'amazon' : owner === ownerId

function wrongOwner({ ownerId }: ReleasedAmi, sources: NamedSource[]): Refused {
  const expected = areAmongOthers(sources)
    ? 'no upstream of the fleet names that account as its owner'
    : sources.map(({ upstream, owner }) => `${upstream} expects ${owner}`).join(', ')
  return refusedAs('wrong-owner', { owner: ownerId, expected })
}

function wrongName({ name, ownerId }: ReleasedAmi, owned: NamedSource[]): ReleaseVerdict {
  const expected = owned.map(({ upstream, amiName }) => `'${amiName}' (${upstream})`).join(', ')
  return areAmongOthers(owned)
    ? { ignored: `its name is '${name}', and the upstreams of account ${ownerId} expect ${expected}` }
    : refusedAs('wrong-name', { name, expected })
}

function releaseOf(
  source: NamedSource,
  { ami, time, emergency, reason }: Announcement,
  image: ReleasedAmi,
): UpstreamRelease {
  const { upstream } = source
  const urgent = emergency === true && callsEmergencies(source)
  const why = reason ? `: ${reason}` : ''
  const denied = emergency && !urgent ? ' (called an emergency, which the fleet does not let it do)' : ''
  return {
    kind: 'release',
    upstream,
    ami,
    amiName: image.name,
    time,
    reason: `${upstream} released ${ami}${why}${denied}`,
    ...(urgent && { emergency: true }),
  }
}

/** Where a release stands to what the ledger knows: releases are ordered by the AMIs' CreationDate, then id. */
export function compareWithNewest(
  known: Pick<UpstreamState, 'ami' | 'newest'> | undefined,
  { ami, created }: { ami: string; created: string },
): 'newer' | 'known' | 'older' {
  if (!known) return 'newer'
  if (ami === known.ami || ami === known.newest.ami) return 'known'
  const { newest } = known
  return created > newest.created || (created === newest.created && ami > newest.ami) ? 'newer' : 'older'
}
