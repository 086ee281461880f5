import { SFNClient } from '@aws-sdk/client-sfn'
import { executionLink } from '../../domain/messages/links.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { startCampaign } from '../../functions/shared/start-campaign.ts'
import { Failed } from '../problems.ts'
import { campaignArn, type Deployment } from './deployment.ts'
import { calling } from './problems.ts'

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
  const parts = {
    stepFunctions: new SFNClient(deployment.config),
    campaignArn: machine,
    count: () => {
      wasBefore = false
    },
  }
  const campaign = await calling(deployment, 'start the campaign', () => startCampaign(parts, trigger)).catch(
    (error: unknown) => Promise.reject(isUncertain(error) ? uncertain(error as Failed, trigger) : error),
  )
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${campaignName(trigger)}`
  const link = deployment.endpoint === undefined ? executionLink(executionArn) : undefined
  return { campaign, executionArn, wasBefore, ...(link && { console: link }) }
}

/** AWS may have done what it did not answer to. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof Failed)) return false
  const { code, $metadata } = error.cause as { code?: string; $metadata?: { httpStatusCode?: number } }
  return code !== 'ECONNREFUSED' && ($metadata?.httpStatusCode ?? 500) >= 500
}

const uncertain = (error: Failed, { time }: Trigger) =>
  new Failed(
    `${error.message}\nIt may have been started all the same. The same command with --at ${time} starts it once, ` +
      'however often it is given.',
    { cause: error },
  )
