import { describe, expect, it } from 'vitest'
import { fleetLines } from '../../../cli/check/render-fleet.ts'
import { forecast, forecastOf } from '../../../cli/plan/forecast.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import type { Trigger } from '../../../domain/triggers.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { timedFleet } from '../timed-fleet.ts'

const fleet = timedFleet()
const manual = (images: string[], time: string, emergency = false): Trigger => ({
  kind: 'manual',
  images,
  time,
  reason: 'x',
  ...(emergency && { emergency }),
})
const around = (trigger: Trigger) =>
  forecast(fleet, { trigger }, { definitions: {}, gone: new Set(), time: trigger.time })

describe('a forecast', () => {
  it('follows a campaign through every freeze and window on its way', () => {
    // A Sunday: the window of ring canary opens on Monday at 8 in Berlin, the audit ends on Monday at 0.
    const { campaign, waits, held, finishedAt } = around(manual(['java', 'web'], '2026-11-29T00:00:00Z'))
    expect(campaign).toBe('manual-20261129T000000Z-java_web')
    expect(waits).toBeUndefined()
    const opens = {
      until: '2026-11-30T07:00:00.000Z',
      reasons: [expect.stringContaining('window of ring canary opens')],
    }
    expect(held).toEqual([
      { image: 'web', ring: 'canary', ...opens },
      { image: 'java', ring: 'canary', ...opens },
    ])
    // Both copies take 15 minutes, and canary soaks for a day.
    expect(finishedAt).toBe('2026-12-01T07:30:00.000Z')
  })

  it('says until when a freeze holds up all of it', () => {
    const { waits, finishedAt } = around(manual(['base'], '2026-12-20T00:00:00Z'))
    expect(waits).toEqual({
      until: '2027-01-03T13:00:00.000Z',
      reasons: ["freeze 'year-end' (retail peak) until Mon 4 Jan 2027 00:00 Australia/Sydney"],
    })
    expect(finishedAt?.slice(0, 10)).toBe('2027-01-05')
  })

  it('holds nothing up in an emergency', () => {
    const { waits, held, finishedAt } = around(manual(['web'], '2026-12-20T00:00:00Z', true))
    expect({ waits, held, finishedAt }).toEqual({
      waits: undefined,
      held: [],
      finishedAt: '2026-12-21T00:55:00.000Z',
    })
  })

  it("shows a patch cycle's times in its own zone, and its day", () => {
    const cycle: Trigger = { kind: 'cycle', cycle: 'monthly', time: '2026-09-07T16:00:00Z', reason: 'x' }
    expect(around(cycle)).toMatchObject({
      timezone: 'Australia/Sydney',
      waits: {
        until: '2026-09-08T16:00:00.000Z',
        reasons: ['it is for Wed 9 Sep 2026 02:00 Australia/Sydney'],
      },
    })
  })

  it('never bakes what descends from an image that never is', () => {
    const { base } = fleet.images
    const window = { schedule: 'cron(0 8 1 1 ? 2025)', timezone: 'UTC', duration: 3600 }
    const shut = { ...fleet, images: { ...fleet.images, base: { ...base, window } } } as typeof fleet
    const trigger = manual(['base'], '2026-09-01T00:00:00Z')
    const made = forecast(shut, { trigger }, { definitions: {}, gone: new Set(), time: trigger.time })
    expect(made.held).toEqual([{ image: 'base', until: undefined, reasons: [expect.any(String)] }])
    expect(made).not.toHaveProperty('finishedAt')
  })

  it('never begins in a freeze that has no end', () => {
    const { 'year-end': freeze } = fleet.freezes
    const frozen = {
      ...fleet,
      freezes: { 'year-end': { ...freeze, to: '2099-01-01T00:00' } },
    } as typeof fleet
    const trigger = manual(['web'], '2026-12-20T00:00:00Z')
    const made = forecast(frozen, { trigger }, { definitions: {}, gone: new Set(), time: trigger.time })
    expect(made.waits).toEqual({ until: undefined, reasons: [expect.stringContaining("freeze 'year-end'")] })
    expect(made).not.toHaveProperty('finishedAt')
    const lines = fleetLines(frozen, 'fleet.yaml', trigger.time)
    expect(lines.find((line) => line.startsWith('monthly'))).toMatch(/ never +after freeze 'year-end'$/)
  })

  it('has no end where nothing is baked', () => {
    const cycle: Trigger = { kind: 'cycle', cycle: 'gone', time: '2026-09-07T16:00:00Z', reason: 'x' }
    expect(around(cycle)).not.toHaveProperty('finishedAt')
  })

  it('is as if nothing had been baked, unless the ledger was asked', async () => {
    const trigger = manual(['web'], '2026-09-01T00:00:00Z')
    const definitions = {}
    const offline = await forecastOf(fleet, { trigger }, { definitions, live: undefined })
    expect(offline).toMatchObject({ live: false })
    expect(offline.images.find(({ image }) => image === 'web')?.decision).toBe('bake')
    const live = await forecastOf(fleet, { trigger, known: emptyFleetState }, { definitions, live: fakeLive() })
    expect(live).toMatchObject({ live: true })
    expect(live.images.find(({ image }) => image === 'web')?.reason).toBe('its parent ubuntu has no AMI yet')
  })

  it('leaves what would be baked from an AMI that is gone', async () => {
    const known = { ...emptyFleetState, upstreams: { ubuntu: knownUpstream('ami-0gone') } }
    const live = fakeLive(known, { gone: async (amis) => new Set(amis) })
    const cause = { trigger: manual(['web'], '2026-09-01T00:00:00Z'), known }
    const { images } = await forecastOf(fleet, cause, { definitions: {}, live })
    expect(images.find(({ image }) => image === 'web')?.reason).toBe(
      "its parent's AMI ami-0gone is not available any more",
    )
  })
})
