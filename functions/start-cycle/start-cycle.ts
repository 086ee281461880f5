import type { SFNClient } from '@aws-sdk/client-sfn'
import type { Fleet } from '../../domain/fleet/model.ts'
import { cycleTrigger } from '../../domain/planning/cycles.ts'
import type { Count } from '../runtime/handler.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface StartCycleDeps {
  fleet: Fleet
  stepFunctions: SFNClient
  campaignArn: string
  count: Count
}

/**
 * A patch cycle's schedule has come: one campaign for each time that it comes.
 *
 * @throws Error for a cycle that the deployed fleet does not have: its schedule should be gone.
 */
export async function startCycle(deps: StartCycleDeps, { cycle, time }: { cycle: string; time: string }) {
  const trigger = cycleTrigger(deps.fleet, cycle, time)
  if (!trigger) throw new Error(`the fleet has no patch cycle '${cycle}': delete its schedule`)
  return { campaign: await startCampaign(deps, trigger) }
}
