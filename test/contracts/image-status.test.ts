import { describe, expect, it } from 'vitest'
import { cancellationOf } from '../../cli/cancel/cancellation.ts'
import { campaignStatus, wentWrong } from '../../cli/status/campaign-status.ts'
import { statusCounts, statuses } from '../../cli/status/status-words.ts'
import {
  hasFailed,
  type ImageStatus,
  imageStatuses,
  imageStatusesForPeople,
  isFinished,
  isPlanned,
  isRollingOut,
  isRunning,
} from '../../domain/image-status.ts'
import { noLocks } from '../../domain/locks.ts'
import { emptyFleetState } from '../../domain/planning/fleet-state.ts'
import { retryOf } from '../../domain/planning/retry.ts'
import { summarise } from '../../functions/summarise-campaign/summarise-campaign.ts'
import { close } from '../../functions/workflow/close-rebake.ts'
import { last } from '../domain/planning/situations.ts'
import { campaign, executionOf, plannedCampaign } from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'

const fleet = exampleFleet()
const image = 'al2023-java'
const time = '2026-09-08T12:00:00Z'

interface Expected {
  /** Whether a rebake that ends may still record how. */
  mayClose: boolean
  /** Which list of `rebake cancel` has it. */
  cancel: 'underWay' | 'notStarted' | 'over'
  /** What `rebake retry` rolls out again, where its bake was good. */
  retried: boolean
  counted: 'released' | 'failed' | 'skipped' | 'superseded'
  /** What the sentence of the summary says of six images. */
  sentence: RegExp
  severity: 'info' | 'error'
  /** The icon and the word in lists, and whether a finished campaign with it makes `rebake status` fail. */
  shown: string
  wrong: boolean
}

const ended = { mayClose: false, cancel: 'over' } as const
const running = {
  mayClose: true,
  cancel: 'underWay',
  retried: false,
  counted: 'failed',
  sentence: /^nothing was rebaked\.$/,
  severity: 'error',
  shown: '● running',
  wrong: false,
} as const

const expected = {
  planned: { ...running, cancel: 'notStarted', shown: '· waiting' },
  waiting: running,
  baking: running,
  candidate: running,
  // Of an image that the campaign does not bake: no list has it, as its plan says so.
  left: { ...running, ...ended, sentence: /^6 left/, severity: 'info', shown: '· waiting' },
  released: {
    ...ended,
    retried: false,
    counted: 'released',
    sentence: /^6 released\.$/,
    severity: 'info',
    shown: '✔ released',
    wrong: false,
  },
  failed: {
    ...ended,
    retried: true,
    counted: 'failed',
    sentence: /^6 failed \(/,
    severity: 'error',
    shown: '✖ failed',
    wrong: true,
  },
  skipped: {
    ...ended,
    retried: false,
    counted: 'skipped',
    sentence: /^6 skipped \(/,
    severity: 'error',
    shown: '○ skipped',
    wrong: true,
  },
  superseded: {
    ...ended,
    retried: true,
    counted: 'superseded',
    sentence: /^6 superseded \(/,
    severity: 'info',
    shown: '↷ superseded',
    wrong: false,
  },
  aborted: {
    ...ended,
    retried: true,
    counted: 'failed',
    sentence: /^6 aborted \(/,
    severity: 'error',
    shown: '✖ aborted',
    wrong: true,
  },
} satisfies Record<ImageStatus, Expected>

it('has the names that are stored', () => {
  expect(Object.keys(imageStatuses).sort()).toEqual(
    [
      'planned',
      'left',
      'waiting',
      'baking',
      'candidate',
      'released',
      'failed',
      'skipped',
      'superseded',
      'aborted',
    ].sort(),
  )
})

it('gives two tables one order', () => {
  expect(Object.keys(imageStatusesForPeople)).toEqual(Object.keys(imageStatuses))
})

describe.each(Object.entries(expected) as [ImageStatus, Expected][])('an image that is %s', (status, means) => {
  /** Every image that the campaign bakes has the status. */
  const allOfThem = async () => {
    const all = await plannedCampaign()
    for (const name of Object.keys(await all.statuses())) await all.set(name, { status, reason: 'so it is' })
    return { ...all, ...(await all.ledger.campaigns.read(campaign)) }
  }

  it('is before, in or after its rebake', () => {
    expect([isPlanned, isRunning, isFinished].filter((is) => is({ status }))).toHaveLength(1)
    expect(isFinished({ status })).toBe(!means.mayClose)
    expect(isRollingOut({ status })).toBe(status === 'candidate')
    if (hasFailed({ status })) expect(isFinished({ status })).toBe(true)
  })

  it('is closed once', async () => {
    const { parts: deps, set } = await plannedCampaign()
    await set(image, { status })
    let records = 0
    await close(deps, { execution: executionOf(image), time, campaign, image }, async () => void records++)
    expect(records).toBe(means.mayClose ? 1 : 0)
  })

  it('is cancelled, or not', async () => {
    const { underWay, notStarted, over } = cancellationOf(await allOfThem(), campaign)
    const lists = { underWay: underWay.length, notStarted: notStarted.length, over: over.length }
    expect(lists).toEqual({ underWay: 0, notStarted: 0, over: 0, [means.cancel]: 6 })
  })

  it('is rolled out again, or not', () => {
    const known = { ...emptyFleetState, images: { [image]: last(image) } }
    const retry = retryOf(fleet, known, image, { status, reason: 'so it is' })
    expect('again' in retry).toBe(means.retried)
  })

  it('is counted and reported at the end of its campaign', async () => {
    const { parts: deps, reported } = await allOfThem()
    const { sentence, ...counts } = await summarise(deps, { campaign, time })
    expect(counts).toEqual({ released: 0, failed: 0, skipped: 0, superseded: 0, [means.counted]: 6 })
    expect(sentence).toMatch(means.sentence)
    expect(reported.map(({ severity }) => severity)).toEqual([means.severity])
  })

  it('is shown', async () => {
    const { record, images } = await allOfThem()
    if (!record) throw new Error('it is planned')
    const seen = { campaign, record, images, steps: new Map(), approvals: [], claims: noLocks }
    const now = campaignStatus(fleet, seen, time)
    const shown = [...new Set(now.images.map((each) => each.status))]
    expect(shown.map((name) => `${statuses[name].icon} ${name}`)).toEqual([means.shown])
    expect(statusCounts(now.images)).toBe(`6 ${means.shown.split(' ')[1]}`)
    expect(wentWrong({ ...now, status: 'finished' })).toBe(means.wrong)
    // `left` alone is over without a place of its own.
    if (status !== 'left') expect(shown.map((name) => statuses[name].settled)).toEqual([isFinished({ status })])
    expect(shown.map((name) => statuses[name].failed)).toEqual([hasFailed({ status })])
  })
})
