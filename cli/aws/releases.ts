import type { Known } from '../../domain/planning/known.ts'
import type { Release } from '../../domain/releases/release.ts'
import type { Trigger } from '../../domain/triggers.ts'
import type { Evidence } from '../../domain/validation/evidence.ts'
import { type CampaignImage, type CampaignItem, campaignKey, imageKey } from '../../ledger/campaigns.ts'
import { readEvidence } from '../../ledger/checks.ts'
import { readKnown } from '../../ledger/fleet-state.ts'
import { everyImage, readCatalog, readReleases } from '../../ledger/releases.ts'
import type { Ledger } from '../../ledger/table.ts'
import type { Deployment } from './deployment.ts'
import { ledgerOf } from './ledger.ts'
import { calling } from './problems.ts'

/** A release with what its campaign knows of it. */
export interface Told {
  release: Release
  /** What it was baked from: a release of another image; none where it is an upstream's AMI. */
  parent?: Pick<Release, 'image' | 'version'>
  /** What started its campaign; none where nobody knows any more. */
  trigger?: Trigger
  /** What its checks found. */
  evidence: Evidence[]
}

/** What a fleet has released, for people who look. Every call throws BadInput or Failed. */
export interface Releases {
  /** What the ledger knows. */
  known(): Promise<Known>
  /** Every release of an image, the newest first. */
  of(image: string): Promise<Release[]>
  /** Every release of every image that the fleet has, or has had. */
  catalog(known: Known): Promise<Release[]>
  /** Adds what their campaigns know. */
  tell(releases: readonly Release[]): Promise<Told[]>
  /** What started a campaign. */
  triggerOf(campaign: string): Promise<Trigger | undefined>
}

export function releasesIn(deployment: Deployment): Releases {
  const ledger = ledgerOf(deployment)
  const asking = <T>(what: string, call: () => Promise<T>) => calling(deployment, `read ${what}`, call)
  return {
    known: () => asking('what the ledger knows', () => readKnown(ledger)),
    of: (image) => asking(`the releases of ${image}`, () => readReleases(ledger, image)),
    catalog: (known) =>
      asking('the releases of the fleet', () => readCatalog(ledger, everyImage(deployment.fleet, known))),
    tell: (releases) => asking('what campaigns know of the releases', () => tell(ledger, releases)),
    triggerOf: (campaign) => asking('the campaign', () => triggerOf(ledger, campaign)),
  }
}

const triggerOf = async (ledger: Ledger, campaign: string) =>
  (await ledger.get<CampaignItem>(campaignKey(campaign)))?.trigger

async function tell(ledger: Ledger, releases: readonly Release[]): Promise<Told[]> {
  const items = await Promise.all(
    releases.map(({ campaign, image }) => ledger.get<CampaignImage>(imageKey(campaign, image))),
  )
  // An image may have changed its parent since: its campaign says which it had.
  const parents = await readCatalog(ledger, [...new Set(items.flatMap((item) => item?.plan.parent ?? []))])
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
        evidence: await readEvidence(ledger, campaign, image, items[at]?.order?.checks ?? []),
      }
    }),
  )
}
