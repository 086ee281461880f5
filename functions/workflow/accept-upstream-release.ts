import type { EC2Client, Image } from '@aws-sdk/client-ec2'
import type { SFNClient } from '@aws-sdk/client-sfn'
import { describeAmi } from '../../aws/amis.ts'
import { releasedAmi } from '../../aws/upstreams.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { upstreamRefused } from '../../domain/messages/campaigns.ts'
import type { KnownUpstream } from '../../domain/planning/known.ts'
import { released, started } from '../../domain/planning/learning.ts'
import { type Refused, refusedAs } from '../../domain/planning/refusals.ts'
import { type Claim, judge, standingOf } from '../../domain/planning/release.ts'
import { campaignName } from '../../domain/trigger-kinds.ts'
import type { Release } from '../../domain/triggers.ts'
import type { RefusalItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { bakedAs } from './ami-ancestry.ts'
import { startCampaign } from './start-campaign.ts'

export interface ReleaseParts {
  fleet: Fleet
  campaignArn: string
  ec2: EC2Client
  stepFunctions: SFNClient
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
  notify: Notify
  count: Count
}

/** Holds what somebody says is a release against what EC2 says of the AMI. */
export async function judgeClaim(parts: Pick<ReleaseParts, 'fleet' | 'ec2' | 'ledger'>, claim: Claim) {
  const image = await describeAmi(parts.ec2, claim.ami)
  const loop = image && (await bakedAs({ ...parts, fleetName: parts.fleet.name }, image))
  return { image, judgement: judge(parts.fleet, claim, image && releasedAmi(image, loop)) }
}

/**
 * A believed release: remembered as what its upstream is now, and given its campaign. One that is known already
 * starts nothing; one that is older than what is known is refused.
 *
 * @returns the name of the campaign that was started, or why none was
 */
export async function takeRelease(
  parts: ReleaseParts,
  release: Release,
  image: Image,
): Promise<{ campaign: string } | { known: string } | Refused> {
  const { upstream, ami } = release
  const created = image.CreationDate ?? ''
  let standing: ReturnType<typeof standingOf> = 'newer'
  const known = await parts.ledger.fleetState.change((before) => {
    standing = standingOf(before.upstreams[upstream], { ami, created })
    return standing === 'newer' ? released(before, release, created) : before
  })
  const now = known.upstreams[upstream] as KnownUpstream
  const { newest } = now
  if (isOlder(standing)) return { ...refusedAs('older', { created, upstream, newest }), upstream }
  // Remembered and not started: whoever remembered it died in between.
  if (now.started || ami !== newest.ami) return { known: campaignName(release) }
  const campaign = await startCampaign(parts, release)
  await parts.ledger.fleetState.change((before) => started(before, upstream, campaign))
  return { campaign }
}

// The compiler does not see that the closure has assigned it.
const isOlder = (standing: ReturnType<typeof standingOf>) => standing === 'older'

/** What was announced, and is refused. */
type Announced = Omit<RefusalItem, 'announced' | 'reason'>

/** Recorded and told once, however often the same comes; again for another reason. */
export async function refuse({ ledger, notify, count }: ReleaseParts, announced: Announced, why: Refused) {
  const { refused: reason, code, upstream } = why
  const refusal = { ...announced, reason }
  const before = await ledger.releases.readRefusal(refusal)
  if (before?.announced && before.reason === reason) return { refused: reason }
  await notify(upstreamRefused({ ...refusal, code, ...(upstream !== undefined && { upstream }) }))
  count('ReleaseRefused')
  await ledger.releases.recordRefusal(refusal)
  return { refused: reason }
}
