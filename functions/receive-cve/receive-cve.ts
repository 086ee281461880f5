import type { SFNClient } from '@aws-sdk/client-sfn'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageOfArn, versionOfArn } from '../../domain/names.ts'
import { judgeFindings, type SeverityCounts } from '../../domain/planning/cves.ts'
import { found } from '../../domain/planning/learning.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import { startCampaign } from '../workflow/start-campaign.ts'

interface Parts {
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
export async function receiveCve(parts: Parts, { time, resources, detail }: CveDetected) {
  const arn = resources.find((resource) => resource.includes(':image/')) ?? ''
  const image = imageOfArn(parts.fleet.name, arn)
  if (!image || !Object.hasOwn(parts.fleet.images, image)) return { ignored: `${arn} is not of this fleet` }
  const version = versionOfArn(arn)
  const known = await parts.ledger.fleetState.read()
  const counts = detail['finding-severity-counts']
  const verdict = judgeFindings(parts.fleet, known, { image, version, counts, time })
  if ('ignored' in verdict) return verdict
  if ('later' in verdict) {
    const waiting = { version, reason: verdict.later }
    await parts.ledger.fleetState.change((now) =>
      found(now, image, { ...now.images[image]?.cve, at: verdict.since, waiting }),
    )
    return verdict
  }
  const campaign = await startCampaign(parts, { kind: 'cve', image, version, time, reason: verdict.rebake })
  await parts.ledger.fleetState.change((now) => found(now, image, { at: time, version }))
  return { campaign }
}
