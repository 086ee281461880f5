import type { SFNClient } from '@aws-sdk/client-sfn'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageStale } from '../../domain/messages/images.ts'
import { findingsDue } from '../../domain/planning/cves.ts'
import { driftOf, driftTrigger } from '../../domain/planning/drift.ts'
import type { Known } from '../../domain/planning/known.ts'
import { found, gaveUp } from '../../domain/planning/learning.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { levelAt } from '../../ledger/notified.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface Parts {
  fleet: Fleet
  definitions: Record<string, string>
  ledger: Pick<Ledger, 'fleetState'>
  stepFunctions: SFNClient
  campaignArn: string
  notify: Notify
  count: Count
}

/** Holds every image against what it should be, and sets right what is not; what nobody can set right is told, once. */
export async function reconcileImages(parts: Parts, known: Known, time: string) {
  const findings = driftOf(parts.fleet, parts.definitions, known, time)
  const given = findings.flatMap((finding) => ('hopeless' in finding ? [finding] : []))
  for (const [index, { image, hopeless }] of given.entries()) {
    await parts.notify(imageStale({ image, ...hopeless, reason: hopeless.failed ?? '' }, levelAt(index)))
    parts.count('ImageGivenUp')
    await parts.ledger.fleetState.change((now) => gaveUp(now, image))
  }
  const campaigns: string[] = []
  const drift = driftTrigger(findings, time)
  if (drift) campaigns.push(await startCampaign(parts, drift))
  for (const trigger of findingsDue(parts.fleet, known, time)) {
    campaigns.push(await startCampaign(parts, trigger))
    const { image, version } = trigger
    await parts.ledger.fleetState.change((now) => found(now, image, { at: time, version }))
  }
  return { campaigns }
}
