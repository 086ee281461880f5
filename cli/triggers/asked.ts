import type { Fleet } from '../../domain/fleet/model.ts'
import type { Live } from '../deployment/live.ts'
import { readEvent } from '../events.ts'
import type { PlanOptions } from '../plan/command.ts'
import { BadInput } from '../problems.ts'
import { byHand, causeByHand, checkAmi } from './by-hand.ts'
import type { Cause } from './cause.ts'
import { nextCycle } from './cycle.ts'
import { causeOfDrift } from './drift.ts'
import { causeOfFindings, cveDetected } from './findings.ts'
import { causeOfEvent, causeOfUpstream } from './release.ts'

/** What may be asked about: one trigger, and when. */
export type Asked = Pick<
  PlanOptions,
  'base' | 'event' | 'release' | 'cycle' | 'image' | 'upstream' | 'ami' | 'drift' | 'emergency' | 'at'
>

/** What is there to answer with. */
export interface TriggerContext {
  fleet: Fleet
  definitions: Record<string, string>
  live: Live | undefined
  /** ISO 8601. */
  now: string
}

/** @throws BadInput unless exactly one trigger is asked about, and with what it needs */
export function checkAsked(asked: Asked, live: boolean): void {
  const { base, event, release, cycle, image, upstream, ami, drift } = asked
  const given = [base, event, release, cycle, image, upstream, drift].filter((each) => each !== undefined)
  if (given.length !== 1)
    throw new BadInput(
      'plan needs one trigger: --event FILE, --release UPSTREAM, --cycle NAME, --image NAME, --upstream NAME or --drift; or --base REF, which is about a deploy.',
    )
  checkAmi(ami, upstream)
  if (drift && !live) throw new BadInput('--drift compares the fleet with what the ledger knows: it needs --live.')
}

/** @throws BadInput for what would start no campaign, and why */
export async function causeOf(asked: Asked, context: TriggerContext): Promise<Cause | { nothing: string[] }> {
  const cause = await foreseen(asked, context)
  if (!asked.emergency || 'nothing' in cause) return cause
  return { ...cause, trigger: { ...cause.trigger, emergency: true } }
}

async function foreseen(
  asked: Asked,
  { fleet, definitions, live, now }: TriggerContext,
): Promise<Cause | { nothing: string[] }> {
  const { event, release, cycle, drift, at } = asked
  if (event !== undefined) {
    const envelope = readEvent(event)
    const timed = { ...envelope, time: at ?? envelope.time }
    return envelope['detail-type'] === cveDetected
      ? causeOfFindings(fleet, timed, live)
      : causeOfEvent(fleet, envelope, timed.time, live)
  }
  if (release !== undefined) return causeOfUpstream(fleet, release, at ?? now, live)
  if (cycle !== undefined) return { trigger: nextCycle(fleet, cycle, { at, now }), ...(live && { known: live.known }) }
  if (drift && live) return causeOfDrift(fleet, definitions, live.known, at ?? now)
  return causeByHand(byHand(fleet, asked, at ?? now), live)
}
