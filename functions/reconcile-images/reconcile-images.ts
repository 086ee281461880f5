import type { SFNClient } from '@aws-sdk/client-sfn'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageStale } from '../../domain/messages/images.ts'
import { findingsDue } from '../../domain/planning/cves.ts'
import { driftOf, driftTrigger } from '../../domain/planning/drift.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { recordFindings, recordGivenUp } from '../../domain/planning/transitions.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { levelAt } from '../../ledger/notified.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface ReconcileImagesDeps {
  fleet: Fleet
  definitions: Record<string, string>
  /** Of the Rebake that deployed this. */
  version: string
  ledger: Pick<Ledger, 'fleetState'>
  stepFunctions: SFNClient
  campaignArn: string
  notify: Notify
  count: Count
}

/** Holds every image against what it should be, and sets right what is not; what nobody can set right is reported, once. */
export async function reconcileImages(deps: ReconcileImagesDeps, known: FleetState, time: string) {
  // Commands read it there, to see that they are of another version.
  if (known.deployedBy !== deps.version)
    await deps.ledger.fleetState.change((now) => ({ ...now, deployedBy: deps.version }))
  const findings = driftOf(deps.fleet, deps.definitions, known, time)
  const given = findings.flatMap((finding) => ('hopeless' in finding ? [finding] : []))
  for (const [index, { image, hopeless }] of given.entries()) {
    await deps.notify(imageStale({ image, ...hopeless, reason: hopeless.failed ?? '' }, levelAt(index)))
    deps.count('ImageGivenUp')
    await deps.ledger.fleetState.change((now) => recordGivenUp(now, image))
  }
  const campaigns: string[] = []
  const drift = driftTrigger(findings, time)
  if (drift) campaigns.push(await startCampaign(deps, drift))
  for (const trigger of findingsDue(deps.fleet, known, time)) {
    campaigns.push(await startCampaign(deps, trigger))
    const { image, version } = trigger
    await deps.ledger.fleetState.change((now) => recordFindings(now, image, { at: time, version }))
  }
  return { campaigns }
}
