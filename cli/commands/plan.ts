import { planCampaign } from '../../domain/planning/plan.ts'
import { readEvent } from '../events.ts'
import { loadFleet } from '../fleet.ts'
import { BadInput } from '../problems.ts'
import { releaseFromEvent, releaseOf } from '../release.ts'
import { planLines } from '../render/plan.ts'
import { print, printed, printJson } from '../terminal/output.ts'

export interface PlanOptions {
  fleet: string
  event?: string
  release?: string
  json?: boolean
}

export function plan({ fleet: file, event, release, json }: PlanOptions): void {
  if ((event === undefined) === (release === undefined))
    throw new BadInput('plan needs one trigger: either --event FILE or --release UPSTREAM.')
  const fleet = loadFleet(file)
  const envelope = release === undefined ? readEvent(event ?? '') : releaseOf(fleet, release)
  const campaign = planCampaign(fleet, releaseFromEvent(fleet, envelope))
  if (json) printJson(campaign)
  else print(planLines(campaign, printed()))
}
