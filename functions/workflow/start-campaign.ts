import type { SFNClient } from '@aws-sdk/client-sfn'
import { startOnce } from '../../aws/start-once.ts'
import { campaignName } from '../../domain/trigger-kinds.ts'
import type { Trigger } from '../../domain/triggers.ts'
import type { Count } from '../runtime/handler.ts'

interface StartCampaignDeps {
  stepFunctions: SFNClient
  campaignArn: string
  count: Count
}

/**
 * Starts the campaign that a trigger causes. Its name follows from the trigger: a second delivery finds it taken.
 *
 * @returns the campaign's name
 */
export async function startCampaign({ stepFunctions, campaignArn, count }: StartCampaignDeps, trigger: Trigger) {
  const name = campaignName(trigger)
  if (await startOnce(stepFunctions, { machineArn: campaignArn, name, input: { trigger } })) count('CampaignStarted')
  return name
}
