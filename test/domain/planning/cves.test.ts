import { describe, expect, it } from 'vitest'
import type { Cves } from '../../../domain/fleet/model.ts'
import { findingsDue, type SeverityCounts, selectFindings } from '../../../domain/planning/cves.ts'
import type { FleetState, ImageState } from '../../../domain/planning/fleet-state.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { hoursAgo, last, now } from './situations.ts'

const day = 24
const image = 'web-frontend'
const fleetWith = (cves: Partial<Cves> = {}) => ({
  ...exampleFleet(),
  cves: { every: 7 * day * 3600, ...cves },
})
const knownOf = (more: ImageState): FleetState => ({ campaigns: 1, upstreams: {}, images: { [image]: more } })
const baked = last(image, undefined, { version: '1.0.9/2' })
const some = { critical: 1, high: 12, medium: 40 }
const judged = (
  known: ImageState,
  { counts = some as SeverityCounts, version = '1.0.9/2', cves = { critical: 1, high: 10 } as Partial<Cves> } = {},
) => selectFindings(fleetWith(cves), knownOf(known), { image, version, counts, time: now })

describe('how many findings are too many', () => {
  it.each<[Partial<Cves>, SeverityCounts, string]>([
    [{ critical: 1 }, { critical: 1 }, '1 critical finding'],
    [{ critical: 1 }, { critical: 0, high: 99, medium: 99 }, 'below'],
    [{ critical: 2 }, { critical: 1 }, 'below'],
    [{ critical: 2 }, { critical: 2 }, '2 critical findings'],
    [{ high: 10 }, { critical: 5, high: 10 }, '10 high findings'],
    [{ high: 10 }, { high: 9 }, 'below'],
    [{ medium: 30 }, { medium: 30 }, '30 medium findings'],
    [{ critical: 1, high: 10 }, some, '1 critical and 12 high findings'],
    [{ critical: 1, high: 1, medium: 1 }, some, '1 critical and 12 high and 40 medium findings'],
    [{ critical: 1, high: 10 }, {}, 'below'],
    [{}, some, 'below'],
  ])('with %j, %j are %s', (cves, counts, found) => {
    expect(judged(baked, { cves, counts })).toEqual(
      found === 'below'
        ? { ignored: 'below every threshold of the fleet' }
        : { rebake: `a scan of ${image} 1.0.9/2 found ${found}` },
    )
  })

  it('is nobody asked where the fleet says nothing of them', () => {
    const { cves: _, ...fleet } = fleetWith()
    const scan = { image, version: '1.0.9/2', counts: some, time: now }
    expect(selectFindings(fleet, knownOf(baked), scan)).toEqual({
      ignored: 'below every threshold of the fleet',
    })
  })
})

describe('which version was scanned', () => {
  const found = (version: string) => `a scan of ${image} ${version} found 1 critical and 12 high findings`

  it.each([['1.0.8/1'], ['1.0.9/1'], ['1.0.2/9']])('%s: an old one, which nobody needs to rebake', (version) => {
    expect(judged(baked, { version })).toEqual({ ignored: `${image} is 1.0.9/2 now` })
  })

  it.each([['1.0.9/3'], ['1.0.9/10'], ['1.0.10/1'], ['2.0.0/1']])(
    '%s: one that is just being baked, and would be no better at once',
    (version) => {
      expect(judged(baked, { version })).toEqual({ later: found(version), since: now })
    },
  )

  it('the first that there is, which is no candidate yet', () => {
    expect(judged({}, { version: '1.0.0/1' })).toEqual({ later: found('1.0.0/1'), since: now })
  })

  it('one that is rebaked for them already', () => {
    const cve = { at: hoursAgo(1), version: '1.0.9/2' }
    expect(judged({ ...baked, cve })).toEqual({ ignored: '1.0.9/2 is rebaked for them already' })
  })

  it.each<[number, object]>([
    [0, { later: found('1.0.9/2'), since: now }],
    [7 * day - 1 / 3600, { later: found('1.0.9/2'), since: hoursAgo(7 * day - 1 / 3600) }],
    [7 * day, { rebake: found('1.0.9/2') }],
  ])('the newest, when it was rebaked for another %d hours ago', (hours, verdict) => {
    const at = hours === 0 ? now : hoursAgo(hours)
    expect(judged({ ...baked, cve: { at, version: '1.0.8/1' } })).toEqual(verdict)
  })
})

describe('findings that had to wait', () => {
  const waiting = { version: '1.0.9/2', reason: 'a scan found 1 critical finding' }
  const due = (more: ImageState, fleet = fleetWith({ critical: 1 })) => findingsDue(fleet, knownOf(more), now)
  const since = (hours: number, more = {}) => ({ at: hoursAgo(hours), waiting, ...more })

  it('are a reason for a campaign when their time has come', () => {
    const trigger = { kind: 'cve', image, ...waiting, time: now }
    expect(due({ ...baked, cve: since(7 * day) })).toEqual([trigger])
  })

  it.each<[string, ImageState]>([
    ['not before', { ...baked, cve: since(7 * day - 1 / 3600) }],
    ['not when there are none', { ...baked, cve: since(7 * day, { waiting: undefined }) }],
    ['not when nothing was ever found', baked],
    [
      'not when their image was baked again meanwhile',
      { ...last(image, undefined, { version: '1.0.10/1' }), cve: since(7 * day) },
    ],
    ['not when their bake failed', { cve: since(7 * day) }],
  ])('%s', (_, known) => {
    expect(due(known)).toEqual([])
  })

  it('not when the fleet does not ask any more, or has no such image', () => {
    const { cves: _, ...without } = fleetWith()
    const { 'web-frontend': __, ...images } = fleetWith().images
    expect(due({ ...baked, cve: since(7 * day) }, without as ReturnType<typeof fleetWith>)).toEqual([])
    expect(due({ ...baked, cve: since(7 * day) }, { ...fleetWith(), images })).toEqual([])
  })
})
