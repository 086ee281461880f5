import { beforeEach, describe, expect, it } from 'vitest'
import {
  type CampaignStatus,
  campaignStatus,
  isFinished,
  progressOf,
  type Seen,
  type Step,
  wentWrong,
} from '../../../cli/status/campaign-status.ts'
import { type LockRequest, noLocks } from '../../../domain/locks.ts'
import type { CampaignImageItem } from '../../../ledger/items.ts'
import { campaign, executionOf, type Planned, plannedCampaign } from '../../support/campaign.ts'
import { exampleFleet } from '../../support/fleets.ts'

const fleet = exampleFleet()
const now = '2026-09-08T11:00:00Z'
const since = '2026-09-08T10:30:00Z'
const root = 'al2023-hardened'

let planned: Planned
beforeEach(async () => {
  planned = await plannedCampaign()
})

async function statusOf(more: Partial<Seen> = {}, at = now): Promise<CampaignStatus> {
  const { record, images } = await planned.ledger.campaigns.read(campaign)
  if (!record) throw new Error('it is planned')
  const nothing = { steps: new Map(), approvals: [], claims: noLocks }
  return campaignStatus(fleet, { campaign, record, images, ...nothing, ...more }, at)
}
const imageOf = ({ images }: CampaignStatus, name = root) => images.find(({ image }) => image === name)

/** The root, running in a step; what is known of it beside. */
async function runningIn(name: string, more: Partial<CampaignImageItem> & object = {}, seen: Partial<Seen> = {}) {
  const running = {
    status: 'baking',
    execution: executionOf(root),
    startedAt: '2026-09-08T10:00:00Z',
  } as const
  await planned.set(root, { ...running, ...more })
  const steps = new Map<string, Step>([[root, { name, since }]])
  return imageOf(await statusOf({ steps, ...seen }))
}

const claim = (more: Partial<LockRequest>): LockRequest => ({
  holder: executionOf(root),
  image: root,
  stage: 'bake',
  campaign,
  number: 1,
  emergency: false,
  remaining: 60,
  since: now,
  ...more,
})
const held = (more: Partial<LockRequest>) => ({ ...claim({ holder: 'another', ...more }), told: true })

describe('a campaign', () => {
  it('has the images that it bakes, in the order of the plan', async () => {
    const status = await statusOf()
    expect(status).toMatchObject({
      campaign,
      title: 'al2023-soe ami-0a1b2c3d4e5f67890',
      status: 'running',
      reason: 'al2023-soe released ami-0a1b2c3d4e5f67890',
      startedAt: '2026-09-08T09:00:00Z',
    })
    expect(status).not.toHaveProperty('waits')
    expect(status.images).toHaveLength(6)
    expect(status.images[0]).toEqual({
      image: root,
      parent: 'al2023-soe',
      status: 'waiting',
      step: '',
      since: '2026-09-08T09:00:00Z',
      done: 0,
      because: 'al2023-soe released ami-0a1b2c3d4e5f67890',
      reason: '',
    })
  })

  it.each<[string, Partial<Seen['record']>, string]>([
    [
      'waits for a freeze to end',
      { status: 'waiting', waiting: { until: '2027-01-03T13:00:00.000Z', reasons: ['the freeze year-end'] } },
      'opens 2027-01-03 13:00 UTC: the freeze year-end',
    ],
    ['is being planned', { status: 'running' }, 'is being planned'],
  ])('%s, with what it would bake', async (_, record, waits) => {
    const whole = await statusOf()
    const { startedAt } = whole
    const { trigger } = await planned.record()
    const status = await statusOf({
      record: { status: 'running', startedAt, trigger, ...record },
      images: [],
    })
    expect(status.waits).toBe(waits)
    expect(status.images.map(({ image, status }) => [image, status])).toEqual(
      whole.images.map(({ image }) => [image, 'waiting']),
    )
  })

  it('has nothing to tell where it ended before it was planned', async () => {
    const record = { status: 'failed' as const, startedAt: now, finishedAt: now }
    expect(await statusOf({ record, images: [] })).toEqual({
      campaign,
      title: campaign,
      reason: '',
      status: 'failed',
      startedAt: now,
      finishedAt: now,
      images: [],
    })
  })

  it.each([
    ['running', 'released', false, false],
    ['waiting', 'released', false, false],
    ['finished', 'released', true, false],
    ['finished', 'superseded', true, false],
    ['finished', 'failed', true, true],
    ['finished', 'skipped', true, true],
    ['failed', 'released', true, true],
    ['aborted', 'released', true, true],
  ] as const)('that is %s, with one image %s: over %s, wrong %s', async (status, image, over, wrong) => {
    await planned.set(root, { status: image })
    const { images } = await statusOf()
    const ended = { ...(await statusOf()), status, images: images.slice(0, 1) }
    expect([isFinished(ended), wentWrong(ended)]).toEqual([over, wrong])
  })
})

describe('an image', () => {
  it('is in the step that Step Functions says, and so far', async () => {
    const baking = await runningIn('Await Bake')
    expect(baking).toMatchObject({
      status: 'running',
      step: 'Await Bake',
      since,
      reason: '',
      startedAt: '2026-09-08T10:00:00Z',
      execution: executionOf(root),
    })
    expect(baking?.done).toBeCloseTo(0.04 + 0.65)
    expect(baking).not.toHaveProperty('waits')
  })

  it('that has only just begun has no step yet', async () => {
    await planned.set(root, { status: 'baking', execution: executionOf(root), startedAt: since })
    expect(imageOf(await statusOf())).toMatchObject({ status: 'running', step: '', since, done: 0 })
  })

  it.each(['failed', 'skipped', 'superseded', 'aborted'] as const)('that is %s says why', async (status) => {
    await planned.set(root, { status, reason: 'its bake failed', finishedAt: since })
    const because = 'al2023-soe released ami-0a1b2c3d4e5f67890'
    expect(imageOf(await statusOf())).toMatchObject({
      status,
      reason: 'its bake failed',
      because,
      since,
      done: 1,
    })
  })

  it('that is released has no reason to tell, but what it is', async () => {
    await planned.set(root, { status: 'released', ami: 'ami-1', version: '1.0.0/1', finishedAt: since })
    expect(imageOf(await statusOf())).toMatchObject({
      reason: '',
      ami: 'ami-1',
      version: '1.0.0/1',
      step: '',
    })
  })

  it.each<[string, string, Partial<CampaignImageItem> & object, Partial<Seen>, string | undefined]>([
    [
      'a slot',
      'Acquire Bake Lock',
      {},
      { claims: { ...noLocks, held: [held({ image: 'other' })], queue: [claim({})] } },
      'queued: 1 of 20 bakes run',
    ],
    [
      'another bake of it',
      'Acquire Bake Lock',
      {},
      { claims: { ...noLocks, held: [held({ campaign: 'older' })], queue: [claim({})] } },
      'its lock comes after that of campaign older',
    ],
    [
      'another roll-out of it, not its bake',
      'Acquire Rollout Lock',
      { status: 'candidate' },
      {
        claims: {
          ...noLocks,
          held: [held({}), held({ stage: 'roll-out', campaign: 'older' })],
          queue: [claim({ stage: 'roll-out' })],
        },
      },
      'its lock comes after that of campaign older',
    ],
    ['nothing where it has been granted', 'Acquire Bake Lock', {}, { claims: noLocks }, undefined],
    [
      'its window',
      'Wait for Change Window',
      {
        status: 'waiting',
        waiting: { until: '2026-09-09T02:00:00.000Z', reasons: ['its window', 'a freeze'] },
      },
      {},
      'opens 2026-09-09 02:00 UTC: its window; a freeze',
    ],
    [
      'the window of a ring',
      'Wait for Ring Window',
      { status: 'candidate', waiting: { until: '2026-09-13T02:00:00.000Z', reasons: ['its window'] } },
      {},
      'opens 2026-09-13 02:00 UTC: its window',
    ],
    [
      'an approval',
      'Request Approval',
      { status: 'candidate' },
      {
        approvals: ['early', 'everyone'].map((ring, at) => ({
          campaign,
          image: root,
          ring,
          requestedAt: since,
          until: '2026-09-11T10:30:00Z',
          approvers: [],
          ...(at === 0 && { answer: { as: 'approved' as const, at: since } }),
        })),
      },
      'approval for everyone until 2026-09-11 10:30 UTC',
    ],
    [
      'the end of its soak',
      'Soak',
      { status: 'candidate', published: { early: since } },
      {},
      'soaks in early until 2026-09-09 10:30 UTC',
    ],
    [
      'the soak of the ring that it reached last',
      'Soak',
      { status: 'candidate', published: { early: since, everyone: since } },
      {},
      'soaks in everyone until 2026-09-08 10:30 UTC',
    ],
    ['Image Builder', 'Wait for Build Quota', {}, {}, 'as many bakes run as Image Builder allows; it tries again'],
    [
      'Image Builder, to copy',
      'Wait for Copy Quota',
      { status: 'candidate' },
      {},
      'as many distributions run as Image Builder allows; it tries again',
    ],
    ['targets', 'Wait before Copy Retry', { status: 'candidate' }, {}, 'copies failed; they are tried again'],
    ['nothing while it works', 'Run Checks', {}, {}, undefined],
  ])('waits for %s', async (_, step, image, seen, waits) => {
    expect((await runningIn(step, image, seen))?.waits).toBe(waits)
  })
})

it('is shown as rehearsals are', async () => {
  await planned.set(root, { status: 'released', startedAt: '2026-09-08T10:00:00Z', finishedAt: since })
  const progress = progressOf(await statusOf(), now)
  expect(progress).toMatchObject({
    campaign,
    title: 'al2023-soe ami-0a1b2c3d4e5f67890',
    now: Date.parse(now),
    startedAt: Date.parse('2026-09-08T09:00:00Z'),
  })
  expect(progress.images[0]).toEqual({
    image: root,
    parent: 'al2023-soe',
    depth: 0,
    status: 'released',
    step: '',
    done: 1,
    reason: '',
    since: Date.parse(since),
    startedAt: Date.parse('2026-09-08T10:00:00Z'),
  })
})
