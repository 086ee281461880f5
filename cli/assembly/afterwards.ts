import { isMissing } from '../../aws/errors.ts'
import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import { parentAmiOf } from '../../domain/planning/fleet-state.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { type Live, openLive } from '../deployment/live.ts'
import { readComponent } from '../fleet.ts'
import { forecastOf } from '../plan/forecast.ts'
import { causeOfDrift } from '../triggers/drift.ts'

/** What the hourly look does once a fleet is deployed. */
export interface Afterwards {
  /** Nothing is deployed yet. */
  isFirst: boolean
  baked: { image: string; reason: string }[]
  /** Images whose upstream has released nothing that Rebake knows of. */
  unseen: string[]
}

/** What the hourly look would bake of this fleet, by what the ledger knows now. @throws BadInput or Failed */
export async function afterwardsOf(
  deployment: Deployment,
  { file, now }: { file: string; now: string },
  open: (deployment: Deployment) => Promise<Live> = openLive,
): Promise<Afterwards> {
  const { fleet } = deployment
  const live = await openIfThere(deployment, open)
  if (live === undefined) return { isFirst: true, baked: [], unseen: Object.keys(fleet.images) }
  const definitions = imageFingerprints(fleet, readComponent(file))
  const cause = causeOfDrift(fleet, definitions, live.known, now)
  const forecast = 'nothing' in cause ? undefined : await forecastOf(fleet, cause, { definitions, live })
  const baked = (forecast?.images ?? []).filter(({ decision }) => decision === 'bake')
  const unseen = Object.keys(fleet.images).filter(
    (image) =>
      parentAmiOf(fleet, live.known, image) === undefined && !baked.some(({ image: other }) => other === image),
  )
  return { isFirst: false, baked: baked.map(({ image, reason }) => ({ image, reason })), unseen }
}

/** What the ledger knows; undefined where there is no ledger. */
async function openIfThere(deployment: Deployment, open: typeof openLive): Promise<Live | undefined> {
  try {
    return await open(deployment)
  } catch (error) {
    if (error instanceof Error && isMissing(error.cause)) return undefined
    throw error
  }
}
