import { describe, expect, it } from 'vitest'
import { driftOf } from '../../../domain/planning/drift.ts'
import { emptyFleetState, type FleetState } from '../../../domain/planning/fleet-state.ts'
import {
  clearRolledBack,
  hold,
  reasonToStop,
  recordRevoked,
  recordRolledBack,
  resume,
} from '../../../domain/planning/holds.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { amiOf, current, last, manual, now, older, release, situationOf, upstream } from './situations.ts'

const fleet = exampleFleet()
const root = 'al2023-hardened'
const held = { at: now, by: 'arn:aws:iam::111122223333:user/ada', reason: 'it does not boot' }
/** The upstream has moved on, and nothing was baked since. */
const known: FleetState = {
  campaigns: 1,
  upstreams: { 'al2023-soe': upstream(current) },
  images: { [root]: last(root, older), 'al2023-java': last('al2023-java', older) },
}
const decided = (of: FleetState, trigger = release()) =>
  Object.fromEntries(
    planCampaign(fleet, trigger, situationOf(fleet, of)).images.map((each) => [
      each.image,
      [each.decision, each.reason],
    ]),
  )

describe('a held image', () => {
  it.each([
    ['a release', release()],
    ['a person', manual(root)],
    ['an emergency', { ...release(), emergency: true }],
  ])('is left as it is by %s, and says how it goes on', (_, trigger) => {
    const reason = `held by ${held.by} since ${now}: it does not boot (\`npx --no-install rebake resume ${root}\` lets it go on)`
    expect(decided(hold(known, root, held), trigger)[root]).toEqual(['leave', reason])
    expect(decided(known, trigger)[root]?.[0]).toBe('bake')
  })

  it('is left as it is though its parent is rebaked, and what is below it as well', () => {
    const plan = decided(hold(known, 'al2023-java', held))
    expect(plan[root]?.[0]).toBe('bake')
    expect(plan['al2023-node']?.[0]).toBe('bake')
    expect(plan['al2023-java']?.[1]).toMatch(/^held by /)
    expect(plan['orders-api']?.[0]).toBe('leave')
  })

  it('is no drift until it is resumed', () => {
    const due = (of: FleetState) => driftOf(fleet, situationOf(fleet).definitions, of, now).map(({ image }) => image)
    expect(due(hold(known, root, held))).not.toContain(root)
    expect(due(resume(hold(known, root, held), root))).toContain(root)
  })

  it('stops what is under way; resumed, it is as it was', () => {
    expect(reasonToStop(hold(known, root, held), root)).toMatch(/^held by /)
    expect(reasonToStop(hold(known, root, held), 'al2023-java')).toBeUndefined()
    expect(resume(hold(known, root, held), root)).toEqual(known)
    expect(resume(known, root)).toBe(known)
  })
})

describe('a revoked AMI', () => {
  const revoked = recordRevoked(known, [amiOf(root)], 'revoke-a')

  it('stops what is baked from it, and what rolls it out', () => {
    expect(reasonToStop(revoked, root, [amiOf(root)])).toBe(`${amiOf(root)} was revoked`)
    expect(reasonToStop(revoked, root, ['ami-0c0c0c0c0c0c0c0c0', undefined])).toBeUndefined()
    expect(reasonToStop(emptyFleetState, root, [amiOf(root)])).toBeUndefined()
  })

  it('is no parent any more, neither manually nor as drift', () => {
    expect(decided(revoked, manual('al2023-java'))['al2023-java']).toEqual([
      'leave',
      `its parent's AMI ${amiOf(root)} was revoked`,
    ])
    const due = driftOf(fleet, situationOf(fleet).definitions, revoked, now).map(({ image }) => image)
    expect(due).not.toContain('al2023-java')
  })

  it('is remembered once', () => {
    expect(recordRevoked(revoked, [amiOf(root), 'ami-0c0c0c0c0c0c0c0c0'], 'revoke-a').revoked).toEqual([
      amiOf(root),
      'ami-0c0c0c0c0c0c0c0c0',
    ])
  })
})

describe('an AMI that was rolled back', () => {
  const back = recordRolledBack(known, [amiOf(root)])

  it('stops what is baked from it, and is no parent until somebody takes that back', () => {
    expect(reasonToStop(back, 'al2023-java', ['ami-0c0c0c0c0c0c0c0c0', amiOf(root)])).toBe(
      `${amiOf(root)} was rolled back`,
    )
    const asked = manual('al2023-java')
    expect(decided(back, asked)['al2023-java']).toEqual(['leave', `its parent's AMI ${amiOf(root)} was rolled back`])
    const wanted = clearRolledBack(back, amiOf(root))
    expect(reasonToStop(wanted, 'al2023-java', [amiOf(root)])).toBeUndefined()
    expect(decided(wanted, asked)['al2023-java']?.[0]).toBe('bake')
  })

  it('is remembered once, and nothing changes where nothing is to change', () => {
    expect(recordRolledBack(back, [amiOf(root)])).toBe(back)
    expect(recordRolledBack(back, ['ami-0c0c0c0c0c0c0c0c0']).rolledBack).toHaveLength(2)
    expect(clearRolledBack(known, amiOf(root))).toBe(known)
  })
})
