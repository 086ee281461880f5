import type { Fleet } from '../../domain/fleet/model.ts'
import { approvalsEndSoon } from '../../domain/messages/approvals.ts'
import { waiversExpire } from '../../domain/messages/waivers.ts'
import { expiresSoon } from '../../domain/validation/vulnerabilities.ts'
import type { ApprovalItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

interface RemindDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'campaigns'>
  notify: Notify
}

/** Of the time that an approval has, the last quarter, is when people are notified that it will soon be over. */
const reminded = 0.25

/** Tells of what ends soon if nobody does anything: approvals and waivers, each once. */
export async function remind(deps: RemindDeps, open: ApprovalItem[], time: string): Promise<void> {
  await remindOfApprovals(deps, open, time)
  await remindOfWaivers(deps, time)
}

async function remindOfApprovals({ ledger, notify }: RemindDeps, open: ApprovalItem[], time: string): Promise<void> {
  const soon = open.filter((approval) => {
    const until = Date.parse(approval.until)
    const left = (until - Date.parse(time)) / (until - Date.parse(approval.requestedAt))
    return !approval.reminded && left < reminded
  })
  if (soon.length === 0) return
  const waiting = soon.map(({ campaign, image, ring, until, approvers }) => ({
    campaign,
    image,
    ring,
    until,
    approvers,
  }))
  await notify(approvalsEndSoon({ time, waiting }))
  for (const approval of soon) await ledger.campaigns.recordApprovalReminded(approval)
}

async function remindOfWaivers({ fleet, ledger, notify }: RemindDeps, time: string): Promise<void> {
  const soon = Object.entries(fleet.waivers).filter(([, waiver]) => expiresSoon(waiver.expires, time))
  const undelivered: typeof soon = []
  for (const waiver of soon) {
    const [cve, { expires }] = waiver
    if (!(await ledger.campaigns.isWaiverAnnounced(cve, expires))) undelivered.push(waiver)
  }
  if (undelivered.length === 0) return
  const waivers = undelivered.map(([cve, waiver]) => ({
    cve,
    owner: waiver.owner,
    reason: waiver.reason,
    expires: waiver.expires,
    images: waiver.images ?? [],
  }))
  await notify(waiversExpire({ waivers }))
  for (const { cve, expires } of waivers) await ledger.campaigns.recordWaiverAnnounced(cve, expires)
}
