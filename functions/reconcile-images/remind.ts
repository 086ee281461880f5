import type { Fleet } from '../../domain/fleet/model.ts'
import { approvalsEndSoon } from '../../domain/messages/approvals.ts'
import { waiversExpire } from '../../domain/messages/waivers.ts'
import { expiresSoon } from '../../domain/validation/vulnerabilities.ts'
import type { ApprovalItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

interface Parts {
  fleet: Fleet
  ledger: Pick<Ledger, 'campaigns'>
  notify: Notify
}

/** Of the time that an approval has, the last quarter, is when people are told that it will soon be over. */
const reminded = 0.25

/** Tells of what ends soon if nobody does anything: approvals and waivers, each once. */
export async function remind(parts: Parts, open: ApprovalItem[], time: string): Promise<void> {
  await remindOfApprovals(parts, open, time)
  await remindOfWaivers(parts, time)
}

async function remindOfApprovals({ ledger, notify }: Parts, open: ApprovalItem[], time: string): Promise<void> {
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

async function remindOfWaivers({ fleet, ledger, notify }: Parts, time: string): Promise<void> {
  const soon = Object.entries(fleet.waivers).filter(([, waiver]) => expiresSoon(waiver.expires, time))
  const untold: typeof soon = []
  for (const waiver of soon) {
    const [cve, { expires }] = waiver
    if (!(await ledger.campaigns.isWaiverAnnounced(cve, expires))) untold.push(waiver)
  }
  if (untold.length === 0) return
  const waivers = untold.map(([cve, waiver]) => ({
    cve,
    owner: waiver.owner,
    reason: waiver.reason,
    expires: waiver.expires,
    images: waiver.images ?? [],
  }))
  await notify(waiversExpire({ waivers }))
  for (const { cve, expires } of waivers) await ledger.campaigns.recordWaiverAnnounced(cve, expires)
}
