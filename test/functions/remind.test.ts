import { expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { Message } from '../../domain/messages/message.ts'
import { remind } from '../../functions/reconcile-images/remind.ts'
import { keyOf } from '../../ledger/keys.ts'
import { campaign, claimFor, plannedCampaign } from '../support/campaign.ts'

const image = 'al2023-java'
const approval = {
  campaign,
  image,
  ring: 'everyone',
  approvers: ['arn:aws:iam::111122223333:role/managers'],
  requestedAt: '2026-09-08T10:00:00Z',
  until: '2026-09-12T10:00:00Z',
}
const waiver = { owner: 'security', reason: 'no shell', expires: '2026-09-20', images: ['web'] }

async function world({ asked = true, waivers = {} as Fleet['waivers'] } = {}) {
  const all = await plannedCampaign()
  await claimFor(all, image)
  await claimFor(all, image, { stage: 'roll-out' })
  const { order } = await all.image(image)
  const rings = order?.rings.map((ring) => ({ ...ring, approval: { approvers: [], timeout: 345_600 } }))
  await all.set(image, { status: 'candidate', order: { ...order, rings } as never })
  if (asked) await all.ledger.table.set(keyOf('approval', { campaign, image, ring: 'everyone' }), approval)
  const reported: Message[] = []
  const deps = {
    fleet: { waivers } as Fleet,
    ledger: all.ledger,
    notify: async (message: Message) => void reported.push(message),
  }
  return {
    ...all,
    reported,
    at: async (time: string) =>
      remind(deps, await all.ledger.campaigns.readOpenApprovals(await all.ledger.locks.read()), time),
  }
}

it('reminds of an approval in the last quarter of its time, once', async () => {
  const { reported, at } = await world()
  await at('2026-09-11T09:00:00Z')
  expect(reported).toEqual([])
  for (const hour of ['11', '12', '13']) await at(`2026-09-11T${hour}:00:00Z`)
  expect(reported.map(({ kind, about }) => [kind, about])).toEqual([
    ['approval-reminder', { campaign, image, ring: 'everyone' }],
  ])
})

it('does not remind of what is answered', async () => {
  const { reported, at, ledger } = await world()
  await ledger.table.set(keyOf('approval', { campaign, image, ring: 'everyone' }), {
    answer: { as: 'approved', at: '2026-09-08T11:00:00Z' },
  })
  await at('2026-09-12T09:00:00Z')
  expect(reported).toEqual([])
})

it('tells of a waiver in its last week, once, and again when it gets another day', async () => {
  const waivers = { 'CVE-2026-1234': waiver } as Fleet['waivers']
  const { reported, at } = await world({ asked: false, waivers })
  for (const day of ['11', '12', '13', '14', '20', '21']) await at(`2026-09-${day}T09:00:00Z`)
  expect(reported.map(({ subject }) => subject)).toEqual(['Waiver expires 2026-09-20: CVE-2026-1234'])
  waivers['CVE-2026-1234'] = { ...waiver, expires: '2026-09-25' } as never
  await at('2026-09-21T09:00:00Z')
  expect(reported).toHaveLength(2)
})
