import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../../domain/fleet/model.ts'
import type { FleetState } from '../../../domain/planning/fleet-state.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import type { Trigger } from '../../../domain/triggers.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { amiOf, current, cve, cycle, drift, last, manual, older, release, situationOf, upstream } from './situations.ts'

const fleet = exampleFleet()
const decisions = (trigger: Trigger, known?: Partial<FleetState>, among = fleet) => {
  const { images } = planCampaign(among, trigger, known && situationOf(among, known))
  return Object.fromEntries(images.map(({ image, decision, reason }) => [image, `${decision}: ${reason}`]))
}
const bakes = (trigger: Trigger, known?: Partial<FleetState>, among = fleet) =>
  planCampaign(among, trigger, known && situationOf(among, known))
    .images.filter(({ decision }) => decision === 'bake')
    .map(({ image, parentAmi }) => [image, parentAmi])

/** Everything is baked, from what is newest. */
const settled: Partial<FleetState> = {
  upstreams: Object.fromEntries(Object.keys(fleet.upstreams).map((name) => [name, upstream()])),
  images: Object.fromEntries(
    Object.entries(fleet.images).map(([name, image]) => [
      name,
      last(name, image.parent in fleet.upstreams ? current : amiOf(image.parent)),
    ]),
  ),
}

describe('the plan of a campaign', () => {
  it('bakes what descends from the upstream, parents first, and says why not for the rest', () => {
    const { images } = planCampaign(fleet, release(current, 'ubuntu-soe'))
    expect(images.filter(({ decision }) => decision === 'bake').map(({ order, image }) => [order, image])).toEqual([
      [1, 'ubuntu-hardened'],
      [2, 'ubuntu-python'],
      [3, 'ml-inference'],
    ])
    expect(images.find(({ image }) => image === 'payments-api')).toMatchObject({
      decision: 'leave',
      reason: 'from al2023-soe, not from ubuntu-soe',
    })
    expect(images.find(({ image }) => image === 'ubuntu-python')).toMatchObject({
      reason: 'its parent ubuntu-hardened is rebaked',
    })
  })

  it.each<[string, Trigger, [string, string | undefined][]]>([
    [
      'a patch cycle of some',
      cycle('ubuntu'),
      [
        ['ubuntu-python', amiOf('ubuntu-hardened')],
        ['ml-inference', undefined],
      ],
    ],
    [
      'a person who names two',
      manual('orders-api', 'al2023-node'),
      [
        ['al2023-node', amiOf('al2023-hardened')],
        ['orders-api', amiOf('al2023-java')],
        ['web-frontend', undefined],
      ],
    ],
    [
      'a person who names parent and child',
      manual('windows-iis', 'claims-portal'),
      [
        ['windows-iis', amiOf('windows-hardened')],
        ['claims-portal', undefined],
      ],
    ],
    ['a scan', cve('payments-api'), [['payments-api', amiOf('al2023-java')]]],
    [
      'a person who names an upstream',
      { ...manual(), images: undefined, upstream: 'ubuntu-soe' } as never,
      [
        ['ubuntu-hardened', current],
        ['ubuntu-python', undefined],
        ['ml-inference', undefined],
      ],
    ],
    [
      'a person who chooses its AMI',
      { ...manual(), images: undefined, upstream: 'ubuntu-soe', ami: older } as never,
      [
        ['ubuntu-hardened', older],
        ['ubuntu-python', undefined],
        ['ml-inference', undefined],
      ],
    ],
  ])('begins where it is asked to, from the newest AMI there: %s', (_, trigger, expected) => {
    const { monthly } = fleet.patchCycles
    const patchCycles = { ubuntu: { ...monthly, images: ['ubuntu-python'] } } as Fleet['patchCycles']
    expect(bakes(trigger, settled, { ...fleet, patchCycles })).toEqual(expected)
  })

  it.each([
    [cycle(), 'web-frontend', 'its parent al2023-node is rebaked'],
    [cycle('yearly'), 'web-frontend', 'the fleet has no patch cycle yearly any more'],
    [manual('al2023-java'), 'web-frontend', 'nobody asked for it'],
    [cve('al2023-java'), 'web-frontend', 'the scan was of al2023-java'],
    [drift('al2023-java'), 'web-frontend', 'it is as the fleet says'],
    [drift('al2023-java'), 'al2023-java', 'baked from ami-of-al2023-hardened 3d ago'],
    [release(), 'al2023-hardened', 'baked from ami-0000000b 3d ago'],
    [release(), 'web-frontend', 'its parent al2023-node is left as it is'],
  ])('says why, or why not: %j', (trigger, image, reason) => {
    expect(decisions(trigger, settled)[image]).toMatch(new RegExp(`: ${reason}$`))
  })
})

it('says how long each takes, and when it is through its last ring, soaks included', () => {
  const { images } = planCampaign(fleet, release(current, 'ubuntu-soe'))
  const times = images.map(({ image, startsAfterSeconds: starts, bakeSeconds, finishedAfterSeconds: ends }) => [
    image,
    ...[starts, bakeSeconds, ends].map((seconds) => seconds / 60),
  ])
  // A quarter of an hour for each of two rings, and a day of soaking after the first.
  const rings = 15 + 1440 + 15
  expect(times.slice(0, 4)).toEqual([
    ['ubuntu-hardened', 0, 35, 35 + rings],
    ['ubuntu-python', 35, 20, 55 + rings],
    ['ml-inference', 55, 45, 100 + rings],
    ['al2023-hardened', 0, 0, 0],
  ])
})

it('planned again says why as before, where that is still the reason', () => {
  const own = (parentAmi: string) => [{ campaign: 'this', number: 1, parentAmi }]
  const again = (known: Partial<FleetState>) => decisions(manual('al2023-java', 'al2023-node'), known)
  const images = { 'al2023-hardened': last('al2023-hardened') }
  const said = again({ images: { ...images, 'al2023-java': { pending: own('ami-x') } } })
  expect(said['al2023-java']).toBe('bake: because')
  expect(said['al2023-node']).toBe('leave: as was decided before')
  expect(said['ubuntu-hardened']).toBe('leave: nobody asked for it')
  const gone = decisions(release(), {
    images: { 'al2023-hardened': { ...last('al2023-hardened'), pending: own(current) } },
  })
  expect(gone['al2023-hardened']).toBe('bake: as was decided before')
})
