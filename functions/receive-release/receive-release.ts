import type { EC2Client } from '@aws-sdk/client-ec2'
import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { campaignName } from '../../domain/executions.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { causeText } from '../../domain/messages/failures.ts'
import { type Failure, upstreamRefused } from '../../domain/messages/messages.ts'
import { type AmiEvent, judge, type Release } from '../../domain/planning/release.ts'
import { AmiNotVisible } from '../shared/errors.ts'
import { describeAmi } from '../shared/images.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Notify } from '../shared/notify.ts'
import type { Count } from '../shared/stack.ts'

interface Parts {
  fleet: Fleet
  campaignArn: string
  ec2: EC2Client
  stepFunctions: SFNClient
  ledger: Ledger
  notify: Notify
  count: Count
}

interface Received {
  event: AmiEvent
  /** Why receiving it was given up: then it is refused. */
  failure?: Failure | undefined
}

/**
 * Turns a believed release into a campaign, and an unbelievable one into one message. A redelivered event
 * finds the execution's name, or the refusal's record, taken.
 *
 * @throws AmiNotVisible when the build account cannot see the AMI: worth another look.
 */
export async function receiveRelease(parts: Parts, { event, failure }: Received) {
  if (failure) return refuse(parts, event, causeText(failure.cause) || failure.error)
  const ami = event.detail.ImageId
  const image = await describeAmi(parts.ec2, ami)
  const judgement = judge(
    parts.fleet,
    event,
    image && {
      ami,
      ownerId: image.OwnerId ?? 'unknown',
      name: image.Name ?? '',
      architecture: image.Architecture ?? 'unknown',
      state: image.State ?? 'unknown',
    },
  )
  if ('ignored' in judgement) {
    parts.count('ReleaseIgnored')
    return judgement
  }
  if ('unseen' in judgement) throw new AmiNotVisible(judgement.unseen)
  if ('refused' in judgement) return refuse(parts, event, judgement.refused)
  const campaigns = []
  for (const release of judgement.releases) campaigns.push(await start(parts, release))
  return { campaigns }
}

async function start({ stepFunctions, campaignArn, count }: Parts, trigger: Release): Promise<string> {
  const name = campaignName(trigger.upstream, trigger.ami)
  const input = JSON.stringify({ trigger })
  try {
    await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: campaignArn, name, input }))
    count('CampaignStarted')
  } catch (error) {
    // This release has had its campaign: Step Functions keeps names for 90 days.
    if (!(error instanceof Error && error.name === 'ExecutionAlreadyExists')) throw error
  }
  return name
}

async function refuse({ ledger, notify, count }: Parts, event: AmiEvent, reason: string) {
  const ami = event.detail.ImageId
  const key = { pk: `REFUSED#${ami}`, sk: 'REFUSED' }
  const facts = { ami, account: event.account, region: event.region, reason, time: event.time }
  const before = await ledger.get<{ announced?: boolean }>(key)
  if (before?.announced) return { refused: reason }
  await notify(upstreamRefused(facts))
  count('ReleaseRefused')
  await ledger.set(key, { ...facts, announced: true })
  return { refused: reason }
}
