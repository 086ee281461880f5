import { type ChangeWindow, NeverOpens } from '../../domain/calendar/change-window.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { campaignWindow, nextChangeWindow, type Scope } from '../../domain/planning/change-windows.ts'
import { type CampaignPlan, type PlannedImage, planCampaign } from '../../domain/planning/plan.ts'
import { beginsOf } from '../../domain/planning/trigger-rules.ts'
import { baseOf, campaignName } from '../../domain/trigger-kinds.ts'
import type { Live } from '../deployment/live.ts'
import type { Cause } from '../triggers/cause.ts'

/** Until when something waits (ISO 8601; undefined: for ever), and why, in words. */
export interface Wait {
  until: string | undefined
  reasons: string[]
}

/** A campaign as it would go: by the fleet file, by its estimates, and by what the ledger knows where it was asked. */
export interface Forecast extends CampaignPlan {
  campaign: string
  /** In which its times are shown: a patch cycle's own. */
  timezone: string
  /** Whether the ledger was asked; otherwise it is as if nothing had ever been baked. */
  live: boolean
  /** What holds up the whole campaign. */
  waits?: Wait
  /** Bakes of images and roll-outs to rings that freezes and windows hold up when they could begin. */
  held: (Scope & Wait)[]
  /** When the last image is through its last ring, ISO 8601; undefined where nothing is baked or something never is. */
  finishedAt?: string
}

/** The forecast of a cause, at its own time. */
export async function forecastOf(
  fleet: Fleet,
  cause: Cause,
  { definitions, live }: { definitions: Record<string, string>; live: Pick<Live, 'gone'> | undefined },
): Promise<Forecast> {
  const gone = (await live?.gone(amisOf(cause))) ?? new Set<string>()
  return forecast(fleet, cause, { definitions, gone, time: cause.trigger.time })
}

/** What images would be baked from now; an AMI whose name is known has been looked at already, or is only simulated. */
const amisOf = ({ trigger, known }: Cause): string[] =>
  baseOf(trigger).amiName !== undefined ? [] : Object.values(known?.upstreams ?? {}).map(({ ami }) => ami)

/** @param gone AMIs that are not there any more */
export function forecast(
  fleet: Fleet,
  { trigger, known }: Cause,
  { definitions, gone, time }: { definitions: Record<string, string>; gone: ReadonlySet<string>; time: string },
): Forecast {
  const campaign = campaignName(trigger)
  const situation = known && { campaign, time, known, definitions, gone }
  const plan = planCampaign(fleet, trigger, situation)
  const waits = waitFor(() => campaignWindow(fleet, trigger, new Date(time)))
  const begins = waits ? waits.until && new Date(waits.until) : new Date(time)
  const { held, finishedAt } = begins ? follow(fleet, plan, begins) : { held: [] }
  return {
    campaign,
    ...plan,
    timezone: beginsOf(fleet, trigger)?.timezone ?? 'UTC',
    live: known !== undefined,
    ...(waits && { waits }),
    held,
    ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
  }
}

/** Goes through the campaign by its estimates, and asks each freeze and window as the functions will. */
function follow(fleet: Fleet, { trigger, images }: CampaignPlan, begins: Date) {
  const held: Forecast['held'] = []
  /** By image; undefined for one that never is. */
  const baked = new Map<string, Date | undefined>()
  const ends: (Date | undefined)[] = []
  const pass = (scope: Scope, time: Date | undefined) => {
    const wait = time && !trigger.emergency ? waitFor(() => nextChangeWindow(fleet, scope, time)) : undefined
    if (!wait) return time
    held.push({ ...scope, ...wait })
    return wait.until === undefined ? undefined : new Date(wait.until)
  }
  for (const planned of images.filter(({ decision }) => decision === 'bake')) {
    const { image, parent, bakeSeconds } = planned
    const start = pass({ image }, baked.has(parent) ? baked.get(parent) : begins)
    let time = later(start, bakeSeconds)
    baked.set(image, time)
    for (const { ring, soak, copies } of ringsOf(fleet, planned))
      time = later(pass({ image, ring }, time), copies + soak)
    ends.push(time)
  }
  const last = ends.some((end) => end === undefined) ? undefined : ends.flatMap((end) => end ?? [])
  return { held, finishedAt: last?.toSorted((a, b) => a.getTime() - b.getTime()).at(-1) }
}

const later = (time: Date | undefined, seconds: number) => time && new Date(time.getTime() + seconds * 1000)

/** An image's rings, with the seconds that copies and soaks take by the plan's estimates. */
function ringsOf(fleet: Fleet, planned: PlannedImage) {
  const rings = fleet.images[planned.image]?.rings ?? []
  const soaks = rings.map((ring) => fleet.rings[ring]?.soak ?? 0)
  const { startsAfterSeconds, bakeSeconds, finishedAfterSeconds } = planned
  const shipping = finishedAfterSeconds - startsAfterSeconds - bakeSeconds
  const copies = (shipping - soaks.reduce((sum, soak) => sum + soak, 0)) / Math.max(1, rings.length)
  return rings.map((ring, at) => ({ ring, soak: soaks[at] ?? 0, copies }))
}

/** What an opening comes to: one that never comes is a wait without an end. */
export function waitFor(opening: () => ChangeWindow | undefined): Wait | undefined {
  try {
    const found = opening()
    return found && { until: found.opensAt.toISOString(), reasons: found.reasons }
  } catch (error) {
    if (error instanceof NeverOpens) return { until: undefined, reasons: [error.message] }
    throw error
  }
}
