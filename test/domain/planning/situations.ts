import type { Fleet } from '../../../domain/fleet/model.ts'
import {
  emptyFleetState,
  type FleetState,
  type ImageState,
  type UpstreamState,
} from '../../../domain/planning/fleet-state.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import type { PlanningFacts } from '../../../domain/planning/reasons-not-to-bake.ts'
import type { Trigger } from '../../../domain/triggers.ts'

/** When the plans of these tests are made. */
export const now = '2026-09-10T09:00:00Z'
export const hoursAgo = (hours: number) =>
  new Date(Date.parse(now) - hours * 3_600_000).toISOString().replace('.000', '')

/** AMIs in the order of their making. */
export const older = 'ami-0000000a'
export const current = 'ami-0000000b'
export const next = 'ami-0000000c'

const common = { time: hoursAgo(1), reason: 'because' }
export const release = (ami = current, upstream = 'al2023-soe'): Trigger => ({
  kind: 'release',
  upstream,
  ami,
  amiName: 'soe',
  ...common,
})
export const cycle = (name = 'monthly'): Trigger => ({ kind: 'cycle', cycle: name, ...common })
export const manual = (...images: string[]): Trigger => ({ kind: 'manual', images, ...common })
export const cve = (image: string): Trigger => ({ kind: 'cve', image, version: '1.0.0/1', ...common })
export const drift = (...images: string[]): Trigger => ({
  kind: 'drift',
  id: 'finding',
  ...common,
  images: images.map((image) => ({ image, reason: 'it differs' })),
})

export const upstream = (ami = current, more: Partial<UpstreamState> = {}): UpstreamState => ({
  ami,
  amiName: 'soe',
  since: hoursAgo(2),
  newest: { ami, created: hoursAgo(3) },
  started: true,
  campaign: `al2023-soe-${ami}`,
  ...more,
})

/** A bake of the definition `d1`, three days ago. */
export const made = (parentAmi = current, more: Partial<NonNullable<ImageState['attempt']>> = {}) => ({
  parentAmi,
  definition: 'd1',
  at: hoursAgo(72),
  campaign: 'before',
  ...more,
})
export const last = (
  image: string,
  parentAmi = current,
  { version = '1.0.0/1', ...more }: Partial<NonNullable<ImageState['last']>> = {},
): ImageState => ({
  last: { ...made(parentAmi, more), ami: amiOf(image), version },
  attempt: { ...made(parentAmi, more), tries: 1 },
})
export const amiOf = (image: string) => `ami-of-${image}`

export const situationOf = (
  fleet: Fleet,
  known: Partial<FleetState> = {},
  more: Partial<PlanningFacts> = {},
): PlanningFacts => ({
  campaign: 'this',
  time: now,
  known: { ...emptyFleetState, ...known },
  definitions: Object.fromEntries(Object.keys(fleet.images).map((image) => [image, 'd1'])),
  gone: new Set(),
  ...more,
})

/** What a plan says of one image: `bake: because`, `leave: from ubuntu-soe, not from al2023-soe`. */
export function decisionFor(fleet: Fleet, trigger: Trigger, situation: PlanningFacts, image: string): string {
  const found = planCampaign(fleet, trigger, situation).images.find((planned) => planned.image === image)
  return `${found?.decision}: ${found?.reason}`
}
