import type { EC2Client, Image } from '@aws-sdk/client-ec2'
import type { SFNClient } from '@aws-sdk/client-sfn'
import { describeAmi } from '../../aws/amis.ts'
import { releasedAmi } from '../../aws/upstreams.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { upstreamRefused } from '../../domain/messages/campaigns.ts'
import type { UpstreamState } from '../../domain/planning/fleet-state.ts'
import { type Refused, refusedAs } from '../../domain/planning/refusals.ts'
import { recordCampaignStarted, recordUpstreamRelease } from '../../domain/planning/transitions.ts'
import { type Announcement, compareWithNewest, verifyRelease } from '../../domain/planning/upstream-release.ts'
import { campaignName } from '../../domain/trigger-kinds.ts'
import type { UpstreamRelease } from '../../domain/triggers.ts'
import type { RefusalItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { bakedAs } from './ami-ancestry.ts'
import { startCampaign } from './start-campaign.ts'

export interface ReleaseDeps {
  fleet: Fleet
  campaignArn: string
  ec2: EC2Client
  stepFunctions: SFNClient
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
  notify: Notify
  count: Count
}

/** Holds what somebody says is a release against what EC2 says of the AMI. */
export async function verifyAnnouncement(deps: Pick<ReleaseDeps, 'fleet' | 'ec2' | 'ledger'>, claim: Announcement) {
  const image = await describeAmi(deps.ec2, claim.ami)
  const loop = image && (await bakedAs({ ...deps, fleetName: deps.fleet.name }, image))
  return { image, judgement: verifyRelease(deps.fleet, claim, image && releasedAmi(image, loop)) }
}

/**
 * A believed release: remembered as what its upstream is now, and given its campaign. One that is known already
 * starts nothing; one that is older than what is known is refused.
 *
 * @returns the name of the campaign that was started, or why none was
 */
export async function acceptRelease(
  deps: ReleaseDeps,
  release: UpstreamRelease,
  image: Image,
): Promise<{ campaign: string } | { known: string } | Refused> {
  const { upstream, ami } = release
  const created = image.CreationDate ?? ''
  let standing: ReturnType<typeof compareWithNewest> = 'newer'
  const known = await deps.ledger.fleetState.change((before) => {
    standing = compareWithNewest(before.upstreams[upstream], { ami, created })
    return standing === 'newer' ? recordUpstreamRelease(before, release, created) : before
  })
  const now = known.upstreams[upstream] as UpstreamState
  const { newest } = now
  if (isOlder(standing)) return { ...refusedAs('older', { created, upstream, newest }), upstream }
  // Remembered and not started: the function that remembered it died in between.
  if (now.started || ami !== newest.ami) return { known: campaignName(release) }
  const campaign = await startCampaign(deps, release)
  await deps.ledger.fleetState.change((before) => recordCampaignStarted(before, upstream, campaign))
  return { campaign }
}

// The compiler does not see that the closure has assigned it.
const isOlder = (standing: ReturnType<typeof compareWithNewest>) => standing === 'older'

/** What was announced, and is refused. */
type Announced = Omit<RefusalItem, 'announced' | 'reason'>

/** Recorded and reported once, however often the same comes; again for another reason. */
export async function recordRefusal({ ledger, notify, count }: ReleaseDeps, announced: Announced, why: Refused) {
  const { refused: reason, code, upstream } = why
  const refusal = { ...announced, reason }
  const before = await ledger.releases.readRefusal(refusal)
  if (before?.announced && before.reason === reason) return { refused: reason }
  await notify(upstreamRefused({ ...refusal, code, ...(upstream !== undefined && { upstream }) }))
  count('ReleaseRefused')
  await ledger.releases.recordRefusal(refusal)
  return { refused: reason }
}
