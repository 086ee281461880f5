import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import type { Count } from './stack.ts'

interface Parts {
  stepFunctions: SFNClient
  campaignArn: string
  count: Count
}

/**
 * Starts the campaign that a trigger causes. Its name follows from the trigger: a second delivery finds it taken.
 *
 * @returns the campaign's name
 */
export async function startCampaign({ stepFunctions, campaignArn, count }: Parts, trigger: Trigger) {
  const name = campaignName(trigger)
  const input = JSON.stringify({ trigger })
  try {
    await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: campaignArn, name, input }))
    count('CampaignStarted')
  } catch (error) {
    // This trigger has had its campaign: Step Functions keeps names for 90 days.
    if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw error
  }
  return name
}
