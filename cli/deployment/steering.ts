import { ExecutionDoesNotExist, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { PromotionFacts } from '../../domain/planning/promotion.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { readPromotion } from '../../functions/workflow/promotion-facts.ts'
import type { CampaignStore } from '../../ledger/campaigns.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import { calling } from './aws-problems.ts'
import { type Deployment, executionArn } from './deployment.ts'
import { ledgerOf } from './ledger.ts'

export type CampaignState = Awaited<ReturnType<CampaignStore['read']>>

/** What steers campaigns. Every call throws BadInput or Failed. */
export interface Steering {
  known(): Promise<FleetState>
  campaign(name: string): Promise<CampaignState>
  /** What became of an image in a campaign. */
  image(campaign: string, image: string): Promise<CampaignImageItem | undefined>
  /** Every release of an image, the newest first. */
  releases(image: string): Promise<ImageRelease[]>
  /** What decides whether a release may be rolled out again. */
  standing(image: string, version: string): Promise<PromotionFacts>
  /** Ends an execution, if it runs. */
  stop(machine: 'campaign' | 'rebake', name: string, cause: string): Promise<void>
}

export function steeringOf(deployment: Deployment): Steering {
  const ledger = ledgerOf(deployment)
  const stepFunctions = new SFNClient(deployment.config)
  const asking = <T>(doing: string, call: () => Promise<T>) => calling(deployment, doing, call)
  return {
    known: () => asking('read what the ledger knows', () => ledger.fleetState.read()),
    campaign: (name) => asking(`read the campaign ${name}`, () => ledger.campaigns.read(name)),
    image: (campaign, image) =>
      asking(`read what became of ${image}`, () => ledger.campaigns.readImage(campaign, image)),
    releases: (image) => asking(`read the releases of ${image}`, () => ledger.releases.readAll(image)),
    standing: (image, version) =>
      asking(`read the release ${image} ${version}`, () => readPromotion(ledger, { image, version })),
    stop: (machine, name, cause) =>
      asking(`stop the execution ${name}`, async () => {
        const stop = { executionArn: executionArn(deployment, machine, name), error: 'Cancelled', cause }
        await stepFunctions.send(new StopExecutionCommand(stop)).catch((error: unknown) => {
          // An image that had not begun has none.
          if (!(error instanceof ExecutionDoesNotExist)) throw error
        })
      }),
  }
}
