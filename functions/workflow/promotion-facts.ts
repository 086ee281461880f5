import type { PromotionFacts, RollingOut } from '../../domain/planning/promotion.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** What decides whether a release may be rolled out again. */
export async function readPromotion(
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>,
  { image, version }: { image: string; version: string },
): Promise<PromotionFacts> {
  return {
    known: await ledger.fleetState.read(),
    release: await ledger.releases.read({ image, version }),
    rollingOut: await readRollOuts(ledger, image),
  }
}

/** Roll-outs of an image that have their lock, or wait for it. */
async function readRollOuts(ledger: Pick<Ledger, 'campaigns' | 'locks'>, image: string): Promise<RollingOut[]> {
  const { held, queue } = await ledger.locks.read()
  const turns = [...held, ...queue].filter((claim) => claim.image === image && claim.stage === 'roll-out')
  return Promise.all(
    turns.map(async ({ campaign, number }) => {
      const item = await ledger.campaigns.readImage(campaign, image)
      return { campaign, number, version: item?.version ?? '' }
    }),
  )
}
