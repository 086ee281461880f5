import { describe, expect, it, vi } from 'vitest'
import { Failed } from '../../../cli/problems.ts'
import type { CampaignStatus, ImageStatus } from '../../../cli/status/campaign-status.ts'
import { changes } from '../../../cli/status/changes.ts'
import { follow, type Look } from '../../../cli/status/follow.ts'
import { fakeCampaign, fakeImageStatus } from './fake-status.ts'

const now = '2026-09-01T08:00:00Z'
const lookOf = (...campaigns: Partial<CampaignStatus>[]): Look => ({
  now,
  campaigns: campaigns.map(fakeCampaign),
})
const refused = (code: string, more = {}) =>
  new Failed(`Could not look: ${code}`, { cause: Object.assign(new Error(code), { code, ...more }) })

/** Follows what the looks bring, one after the other; each is a look, or what it throws. */
async function followed(...looks: (Look | Error)[]) {
  const deps = { show: vi.fn(), lost: vi.fn(), pause: vi.fn(async () => undefined), every: 2000 }
  const look = vi.fn(async () => {
    const next = looks.shift()
    if (!next || next instanceof Error) throw next ?? new Error('looked once more than needed')
    return next
  })
  const end = await follow({ ...deps, look }).catch((error: unknown) => error)
  return { end, ...deps, pauses: deps.pause.mock.calls.flat() as unknown as number[] }
}

describe('follow', () => {
  it('looks until every campaign is over', async () => {
    const first = lookOf({ status: 'waiting' }, { campaign: 'b', status: 'finished' })
    const last = lookOf({ status: 'failed' }, { campaign: 'b', status: 'finished' })
    const { end, show, pauses } = await followed(first, lookOf({ status: 'running' }), last)
    expect(end).toBe(last)
    expect(show.mock.calls.map(([look]) => look)).toEqual([first, lookOf({ status: 'running' }), last])
    expect(pauses).toEqual([2000, 2000])
  })

  it('has nothing to wait for where nothing is open', async () => {
    expect((await followed(lookOf())).pauses).toEqual([])
  })

  it('looks more rarely where many images run', async () => {
    const images = Array.from({ length: 50 }, (_, at) => fakeImageStatus({ image: `i${at}`, status: 'running' }))
    const { pauses } = await followed(lookOf({ status: 'running', images }), lookOf())
    expect(pauses).toEqual([5000])
  })

  it.each([
    ['a lost connection', refused('ECONNRESET')],
    ['throttling', refused('ThrottlingException')],
    ['a mistake of AWS', refused('InternalFailure', { $metadata: { httpStatusCode: 500 } })],
  ])('says that it lost sight by %s, and looks again', async (_, error) => {
    const { end, lost, pauses } = await followed(error, error, lookOf({ status: 'running' }), error, lookOf())
    expect(end).toEqual(lookOf())
    expect(lost.mock.calls).toEqual([
      [error, 2],
      [error, 4],
      [error, 2],
    ])
    expect(pauses).toEqual([2000, 4000, 2000, 2000])
  })

  it('gives up after a minute', async () => {
    const error = refused('ETIMEDOUT')
    const { end, pauses } = await followed(...Array.from({ length: 6 }, () => error))
    expect(end).toBe(error)
    expect(pauses).toEqual([2000, 4000, 8000, 16_000, 32_000])
  })

  it.each([
    refused('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
    new Failed('There is no campaign x.'),
    new TypeError('a mistake of ours'),
  ])('does not wait for what will not pass: %s', async (error) => {
    const { end, pauses } = await followed(error)
    expect([end, pauses]).toEqual([error, []])
  })
})

describe('changes', () => {
  const image = (more: Partial<ImageStatus>) => [fakeImageStatus({ image: 'web', ...more })]

  it('are reported once, of campaigns and of images, and not that a bar moved', () => {
    const changed = changes()
    const reported = [
      lookOf({ status: 'running', images: image({}) }),
      lookOf({ status: 'running', images: image({ status: 'running', step: 'Await Bake', done: 0.1 }) }),
      lookOf({ status: 'running', images: image({ status: 'running', step: 'Await Bake', done: 0.5 }) }),
      lookOf({ status: 'running', images: image({ status: 'running', step: 'Soak', waits: 'soaks' }) }),
      lookOf({ status: 'finished', images: image({ status: 'released', done: 1 }) }),
    ].map((look) => changed(look))
    expect(reported).toMatchObject([
      [
        { time: now, campaign: 'c', status: 'running' },
        { time: now, campaign: 'c', image: 'web', status: 'waiting' },
      ],
      [{ image: 'web', step: 'Await Bake', done: 0.1 }],
      [],
      [{ image: 'web', waits: 'soaks' }],
      [
        { image: 'web', status: 'released' },
        { campaign: 'c', status: 'finished' },
      ],
    ])
    expect(reported[0]?.[0]).not.toHaveProperty('images')
  })
})
