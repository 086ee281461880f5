import { upstreamOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { supersedes } from '../locks.ts'
import type { Hold } from './holds.ts'

/** What the ledger knows of the fleet across campaigns. All times are ISO 8601. */
export interface FleetState {
  /** How many campaigns were planned: a later one has the higher number. */
  campaigns: number
  upstreams: Record<string, UpstreamState>
  images: Record<string, ImageState>
  /** AMIs of the build account that nobody may use any more. */
  revoked?: string[]
  /** Revocations of which some parameter may still name an AMI: the hourly job goes on with them. */
  pointing?: string[]
  /** AMIs of the build account that targets went back from. */
  rolledBack?: string[]
  /** The version of the Rebake that deployed the functions which planned or looked last. */
  deployedBy?: string
}

/** What an upstream's images are baked from now. */
export interface UpstreamState {
  ami: string
  amiName: string
  since: string
  /** The newest that was ever believed, with EC2's CreationDate: a person may have gone back from it. */
  newest: { ami: string; created: string }
  /** The campaign of its newest release; none where a person chose an AMI before anything was released. */
  campaign?: string
  /** Whether that campaign was started: the function that remembers a release starts it right afterwards. */
  started: boolean
  /** That campaign is still to be planned: until then its images are nobody else's business. */
  open?: boolean
}

export interface ImageState {
  /** The newest AMI that passed its checks: what children bake from. */
  last?: Bake & { ami: string; version: string; number?: number; emergency?: boolean }
  /** The newest that went through its last ring: what targets have. */
  released?: { ami: string; version: string; at?: string }
  /** The newest bake that was begun, whatever came of it. */
  attempt?: Attempt
  /** Open campaigns that are still to make it a candidate, oldest first. */
  pending?: Pending[]
  /** When it was last baked though it had vulnerabilities, for those of which version, and what is found since. */
  cve?: { at: string; version?: string; waiting?: { version: string; reason: string } }
  /** Somebody keeps it where it is. */
  held?: Hold
}

/** One bake: what it was made of. */
export interface Bake {
  parentAmi: string
  /** `definitionOf` the image then. */
  definition: string
  /** When it was begun. */
  at: string
  campaign: string
}

export interface Attempt extends Bake {
  /** How often the same was tried. */
  tries: number
  /** Why, and when. */
  failed?: string
  failedAt?: string
  /** Nobody tries again by themselves, and people know. */
  givenUp?: boolean
}

export interface Pending {
  campaign: string
  /** Of the campaign: which of two is newer. */
  number: number
  emergency?: boolean
  /** What it is baked from, where that is known before its parent is baked. */
  parentAmi?: string
}

export const emptyFleetState: FleetState = { campaigns: 0, upstreams: {}, images: {} }

/** The same, with one image changed. */
export const withImage = (
  known: FleetState,
  image: string,
  change: (before: ImageState) => ImageState,
): FleetState => ({
  ...known,
  images: { ...known.images, [image]: change(known.images[image] ?? {}) },
})

interface MadeOf {
  parentAmi: string
  definition: string
}

/** Whether a bake was made of just this. */
export const isMadeOf = (bake: Bake | undefined, made: MadeOf): bake is Bake =>
  bake !== undefined && bake.parentAmi === made.parentAmi && bake.definition === made.definition

/** What an image would be baked from now: its upstream's AMI, or its parent's newest that passed. */
export const parentAmiOf = (fleet: Fleet, known: FleetState, image: string): string | undefined => {
  const parent = fleet.images[image]?.parent ?? ''
  return parent === upstreamOf(fleet, image) ? known.upstreams[parent]?.ami : known.images[parent]?.last?.ami
}

/** Campaigns that are to bake the image and have not begun to. */
export const comingBakes = ({ pending = [], attempt }: ImageState, except = ''): Pending[] =>
  pending.filter(({ campaign }) => campaign !== except && campaign !== attempt?.campaign)

/** The newest campaign that took over an image from this one: it is to bake it, or did so while this one waited. */
export const takenOverBy = (
  known: FleetState,
  image: string,
  older: { number: number; emergency: boolean },
): string | undefined => {
  const { pending = [], last } = known.images[image] ?? {}
  return [...(last ? [last] : []), ...pending].findLast(({ number = 0, emergency = false }) =>
    supersedes({ number, emergency }, older),
  )?.campaign
}
