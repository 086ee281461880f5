import type { Target } from '../planning/ring-order.ts'

/** An AMI in a target: ids differ by account and region. */
export type Placement = Target & {
  ami: string
  /** Ids of its snapshots, once it is verified: they outlive an AMI that somebody deregisters. */
  snapshots?: string[]
}

/** One AMI of an image that passed its checks, and what became of it. All times are ISO 8601. */
export interface ImageRelease {
  image: string
  /** `1.0.3/1`: the recipe's version, and the build's number. */
  version: string
  /** In the build account and region. */
  ami: string
  imageArn: string
  /** What it was baked from: its parent's AMI in the build account, or the upstream's. */
  parentAmi: string
  /** `definitionOf` the image then. */
  definition: string
  /** The campaign that baked it, and which of two campaigns is newer. */
  campaign: string
  number: number
  emergency?: boolean
  bakedAt: string
  /** By ring: the AMIs that Image Builder made there, in their owners' accounts, whether or not they are verified. */
  copies?: Record<string, Placement[]>
  /** By ring: what each target has, verified. A target of a ring that shares has the AMI of the build account. */
  distributed?: Record<string, Placement[]>
  /** By ring: the ARNs of the images that Image Builder reports its distributions as, whether or not they succeeded. */
  distributions?: Record<string, string[]>
  /** By ring: seconds from the start of its copies until they were there. */
  took?: Record<string, number>
  /** When it was through its last ring. */
  releasedAt?: string
  /** Nobody may use it any more: nothing points to it again, and nothing is baked from it. */
  revoked?: { at: string; by: string; reason: string; operation: string }
  /** Targets went back from it to an older one: nothing rolls it out any further. */
  rolledBack?: { at: string; by: string; reason: string; operation: string }
  /** Its roll-out ended before any target pointed to it. Another roll-out takes that away. */
  failed?: Ended
  /** Its AMIs are old, and deprecated since then; or gone since then. */
  retired?: { deprecatedAt: string; removedAt?: string }
}

/** How something ended that failed. */
export interface Ended {
  at: string
  as: 'failed' | 'aborted' | 'superseded'
  reason: string
}

/** The newest first. */
export const newestFirst = (releases: readonly ImageRelease[]): ImageRelease[] =>
  releases.toSorted((a, b) => b.bakedAt.localeCompare(a.bakedAt) || b.version.localeCompare(a.version))

/** Of one image's versions: `1.0.10/1` is newer than `1.0.9/2`, and any is newer than none. */
export const isNewer = (version: string, than = ''): boolean => version.localeCompare(than, 'en', { numeric: true }) > 0

/** What pointers may roll back to: it was through its last ring, nobody has revoked it, and its AMIs are there. */
export const isGood = ({ releasedAt, revoked, retired }: ImageRelease): boolean =>
  releasedAt !== undefined && !revoked && !retired?.removedAt
