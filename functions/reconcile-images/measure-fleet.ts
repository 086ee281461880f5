import type { Fleet } from '../../domain/fleet/model.ts'
import type { Locks } from '../../domain/locks.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { freshnessOf } from '../../domain/planning/freshness.ts'
import type { Measure } from '../runtime/handler.ts'

interface MeasureFleetDeps {
  fleet: Fleet
  measure: Measure
}

/**
 * What the fleet looks like now, in numbers, of what was read anyway. A number that is zero is said as well: that nobody
 * says anything is an alarm.
 */
export function measureFleet(
  { fleet, measure }: MeasureFleetDeps,
  {
    known,
    claims: locks,
    openApprovals,
    time,
  }: { known: FleetState; claims: Locks; openApprovals: number; time: string },
): void {
  const images = freshnessOf(fleet, known, time)
  for (const { image, percent } of images) measure('FreshnessUsed', percent, { Image: image })
  measure('FleetExamined', 1)
  if (promises(fleet)) measure('FreshnessUsed', Math.max(0, ...images.map(({ percent }) => percent)))
  const ages = locks.held.map(({ since }) => (Date.parse(time) - Date.parse(since)) / 1000)
  measure('OldestLock', Math.max(0, ...ages))
  const pending = Object.values(known.images).flatMap(({ pending = [] }) => pending)
  measure('CampaignsOpen', new Set(pending.map(({ campaign }) => campaign)).size)
  measure('ImagesPending', Object.values(known.images).filter(({ pending }) => pending?.length).length)
  measure('LockRequestsWaiting', locks.queue.length)
  measure('ApprovalsOpen', openApprovals)
}

/**
 * What is measured when a fleet is deployed, before the clock comes for the first time: alarms that take silence for harm begin with it.
 */
export function measureDeployment({ fleet, measure }: MeasureFleetDeps): void {
  measure('FleetExamined', 1)
  if (promises(fleet)) measure('FreshnessUsed', 0)
}

const promises = ({ images }: Fleet) => Object.values(images).some(({ freshness }) => freshness !== undefined)
