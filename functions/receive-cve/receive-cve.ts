import type { SFNClient } from '@aws-sdk/client-sfn'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageOfArn, versionOfArn } from '../../domain/names.ts'
import { type SeverityCounts, selectFindings } from '../../domain/planning/cves.ts'
import { recordFindings } from '../../domain/planning/transitions.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface ReceiveCveDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'fleetState'>
  stepFunctions: SFNClient
  campaignArn: string
  count: Count
}

interface CveDetected {
  time: string
  /** The image's ARN, and the pipeline's where one made the scan. */
  resources: string[]
  detail: { 'finding-severity-counts': SeverityCounts }
}

/** A scan has findings: above a threshold the image is rebaked, at once or when it may be again. */
export async function receiveCve(deps: ReceiveCveDeps, { time, resources, detail }: CveDetected) {
  const arn = resources.find((resource) => resource.includes(':image/')) ?? ''
  const image = imageOfArn(deps.fleet.name, arn)
  if (!image || !Object.hasOwn(deps.fleet.images, image)) return { ignored: `${arn} is not of this fleet` }
  const version = versionOfArn(arn)
  const known = await deps.ledger.fleetState.read()
  const counts = detail['finding-severity-counts']
  const verdict = selectFindings(deps.fleet, known, { image, version, counts, time })
  if ('ignored' in verdict) return verdict
  if ('later' in verdict) {
    const waiting = { version, reason: verdict.later }
    await deps.ledger.fleetState.change((now) =>
      recordFindings(now, image, { ...now.images[image]?.cve, at: verdict.since, waiting }),
    )
    return verdict
  }
  const campaign = await startCampaign(deps, { kind: 'cve', image, version, time, reason: verdict.rebake })
  await deps.ledger.fleetState.change((now) => recordFindings(now, image, { at: time, version }))
  return { campaign }
}
