import type { Fleet } from '../fleet/model.ts'

/** An "EC2 AMI State Change" event, as far as Rebake reads it. Source: AWS, "Monitor AMI events". */
export interface AmiEvent {
  account: string
  time: string
  region: string
  detail: { ImageId: string; State: string }
}

/** What DescribeImages says of an AMI, as far as a release depends on it. */
export interface ReleasedAmi {
  ami: string
  ownerId: string
  name: string
  architecture: string
  state: string
}

/** A new AMI of an upstream: the trigger of a campaign. */
export interface Release {
  kind: 'release'
  upstream: string
  ami: string
  amiName: string
  /** ISO 8601, the event's own time. */
  time: string
}

/**
 * `ignored`: nothing wrong, and nothing to do with this fleet; `refused`: somebody must look; `unseen`: its owner may
 * be about to share it.
 */
export type Judgement =
  | { releases: Release[] }
  | { refused: string }
  | { ignored: string }
  | { unseen: string }

/** Whether an AMI's name is one of the upstream's: `*` stands for any characters, `?` for one. */
export function nameMatches(pattern: string, name: string): boolean {
  const literal = (text: string) => text.replace(/[.+^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${literal(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}

/** The upstreams whose owner is this account, in the order of the fleet. */
export const upstreamsOf = (fleet: Fleet, account: string): string[] =>
  Object.keys(fleet.upstreams).filter((name) => fleet.upstreams[name]?.ami.owner === account)

/**
 * Whether an event is a release to believe. The event alone is not: an AMI counts only after DescribeImages
 * has shown an owner and a name that the fleet expects.
 */
export function judge(fleet: Fleet, event: AmiEvent, image: ReleasedAmi | undefined): Judgement {
  const ami = event.detail.ImageId
  if (event.region !== fleet.build.region)
    return {
      refused: `it is in ${event.region}, and the fleet bakes in ${fleet.build.region}; copy it there and share that copy`,
    }
  if (!image)
    return {
      unseen: `the build account ${fleet.build.account} cannot see it; share the AMI and its KMS key with that account`,
    }
  if (image.state !== 'available') return { refused: `it is ${image.state}, not available` }
  const owned = upstreamsOf(fleet, image.ownerId)
  if (owned.length === 0)
    return {
      refused: `its owner is account ${image.ownerId}, and no upstream of the fleet names that account as its owner`,
    }
  const named = owned.filter((name) => nameMatches(fleet.upstreams[name]?.ami.name ?? '', image.name))
  if (named.length === 0)
    return {
      ignored: `its name is '${image.name}', and the upstreams of account ${image.ownerId} expect ${owned
        .map((name) => `'${fleet.upstreams[name]?.ami.name}' (${name})`)
        .join(', ')}`,
    }
  const fitting = named.filter((name) => fleet.upstreams[name]?.ami.architecture === image.architecture)
  if (fitting.length === 0)
    return { refused: `its architecture is ${image.architecture}, and ${named.join(', ')} expects another` }
  return {
    releases: fitting.map((upstream) => ({
      kind: 'release',
      upstream,
      ami,
      amiName: image.name,
      time: event.time,
    })),
  }
}
