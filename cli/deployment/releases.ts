import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import type { Trigger } from '../../domain/triggers.ts'
import type { Evidence } from '../../domain/validation/evidence.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { everyImage } from '../../ledger/releases.ts'
import { calling } from './aws-problems.ts'
import type { Deployment } from './deployment.ts'
import { ledgerOf } from './ledger.ts'

/** A release with what its campaign knows of it. */
export interface Reported {
  release: ImageRelease
  /** What it was baked from: a release of another image; none where it is an upstream's AMI. */
  parent?: Pick<ImageRelease, 'image' | 'version'>
  /** What started its campaign; none where nobody knows any more. */
  trigger?: Trigger
  /** What its checks found. */
  evidence: Evidence[]
}

/** What a fleet has released, for people who look. Every call throws BadInput or Failed. */
export interface Releases {
  /** What the ledger knows. */
  known(): Promise<FleetState>
  /** Every release of an image, the newest first. */
  of(image: string): Promise<ImageRelease[]>
  /** Every release of every image that the fleet has, or has had. */
  catalog(known: FleetState): Promise<ImageRelease[]>
  /** Adds what their campaigns know. */
  tell(releases: readonly ImageRelease[]): Promise<Reported[]>
  /** What started a campaign. */
  triggerOf(campaign: string): Promise<Trigger | undefined>
}

export function releasesIn(deployment: Deployment): Releases {
  const ledger = ledgerOf(deployment)
  const asking = <T>(what: string, call: () => Promise<T>) => calling(deployment, `read ${what}`, call)
  return {
    known: () => asking('what the ledger knows', () => ledger.fleetState.read()),
    of: (image) => asking(`the releases of ${image}`, () => ledger.releases.readAll(image)),
    catalog: (known) =>
      asking('the releases of the fleet', () => ledger.releases.readCatalog(everyImage(deployment.fleet, known))),
    tell: (releases) => asking('what campaigns know of the releases', () => tell(ledger, releases)),
    triggerOf: (campaign) => asking('the campaign', () => triggerOf(ledger, campaign)),
  }
}

const triggerOf = async (ledger: Ledger, campaign: string) => (await ledger.campaigns.readRecord(campaign))?.trigger

async function tell(ledger: Ledger, releases: readonly ImageRelease[]): Promise<Reported[]> {
  const items = await Promise.all(releases.map(({ campaign, image }) => ledger.campaigns.readImage(campaign, image)))
  // An image may have changed its parent since: its campaign says which it had.
  const parents = await ledger.releases.readCatalog([...new Set(items.flatMap((item) => item?.plan.parent ?? []))])
  const byAmi = new Map(parents.map((release) => [release.ami, release]))
  return Promise.all(
    releases.map(async (release, at) => {
      const { campaign, image } = release
      const parent = byAmi.get(release.parentAmi)
      const trigger = await triggerOf(ledger, campaign)
      return {
        release,
        ...(parent && { parent: { image: parent.image, version: parent.version } }),
        ...(trigger && { trigger }),
        evidence: await ledger.campaigns.readEvidence(campaign, image, items[at]?.order?.checks ?? []),
      }
    }),
  )
}
