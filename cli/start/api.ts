import { SFNClient } from '@aws-sdk/client-sfn'
import { executionLink } from '../../domain/messages/links.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { startCampaign } from '../../functions/workflow/start-campaign.ts'
import { campaignArn, type Deployment, executionArn } from '../deployment/deployment.ts'
import { starting } from './start-execution.ts'

/** A campaign that runs now, or has run. */
export interface Started {
  campaign: string
  executionArn: string
  /** It was started before, and has ended or was for another reason. One that still runs answers as if it were new. */
  wasBefore: boolean
  /** The page of its execution; none in a rehearsal. */
  console?: string
}

/**
 * Starts the campaign of a trigger, as the functions do. The same trigger again starts nothing.
 * @throws BadInput or Failed
 */
export async function start(deployment: Deployment, trigger: Trigger): Promise<Started> {
  const machine = campaignArn(deployment)
  let wasBefore = true
  const deps = {
    stepFunctions: new SFNClient(deployment.config),
    campaignArn: machine,
    count: () => {
      wasBefore = false
    },
  }
  const { time } = trigger
  const campaign = await starting(deployment, { what: 'campaign', time }, () => startCampaign(deps, trigger))
  const arn = executionArn(deployment, 'campaign', campaignName(trigger))
  const link = deployment.endpoint === undefined ? executionLink(arn) : undefined
  return { campaign, executionArn: arn, wasBefore, ...(link && { console: link }) }
}
