import type { RollingOut, Standing } from '../../domain/planning/promotion.ts'
import type { Release } from '../../domain/releases/release.ts'
import { type CampaignImage, imageKey, releaseKey } from '../../ledger/campaigns.ts'
import { readKnown } from '../../ledger/fleet-state.ts'
import { readClaims } from '../../ledger/locks.ts'
import type { Item, Ledger } from '../../ledger/table.ts'

/** What decides whether a release may be rolled out again. */
export async function readPromotion(
  ledger: Ledger,
  { image, version }: { image: string; version: string },
): Promise<Standing> {
  return {
    known: await readKnown(ledger),
    release: await ledger.get<Release & Item>(releaseKey(image, version)),
    rollingOut: await readRollOuts(ledger, image),
  }
}

/** Roll-outs of an image that have their turn, or wait for it. */
async function readRollOuts(ledger: Ledger, image: string): Promise<RollingOut[]> {
  const { held, queue } = await readClaims(ledger)
  const turns = [...held, ...queue].filter((claim) => claim.image === image && claim.stage === 'roll-out')
  return Promise.all(
    turns.map(async ({ campaign, number }) => {
      const item = await ledger.get<CampaignImage>(imageKey(campaign, image))
      return { campaign, number, version: item?.version ?? '' }
    }),
  )
}
