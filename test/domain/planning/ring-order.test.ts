import { describe, expect, it } from 'vitest'
import type { Fleet, Ring } from '../../../domain/fleet/model.ts'
import { orderRing } from '../../../domain/planning/ring-order.ts'
import { exampleFleet } from '../../support/fleets.ts'

const example = exampleFleet()
const orderOf = (more: Partial<Ring>) => {
  const ring = { ...(example.rings.early as Ring), ...more }
  const fleet: Fleet = { ...example, rings: { ...example.rings, early: ring } }
  return orderRing(fleet, 'payments-api', 'early')
}

describe('a ring, as one image goes through it', () => {
  it('has names for the image, and tags of image and ring beside those that say whose it is', () => {
    expect(orderOf({ tags: { stage: 'early' }, parameter: '/{fleet}/{ring}/{image}' })).toMatchObject({
      ring: 'early',
      distribution: 'golden-payments-api-early',
      parameter: '/golden/early/payments-api',
      tags: { team: 'payments', stage: 'early', 'rebake:ring': 'early', 'rebake:image': 'payments-api' },
    })
  })

  it('has the launch templates that are for the image', () => {
    const launchTemplates = [
      { name: '{image}-web', default: true },
      { name: 'batch', default: false, images: ['payments-api'] },
      { name: 'other', default: true, images: ['orders-api'] },
    ]
    expect(orderOf({ launchTemplates }).launchTemplates).toEqual([
      { name: 'payments-api-web', default: true },
      { name: 'batch', default: false },
    ])
  })

  it('names the organization where all of its accounts are targets, and nothing that nobody asked for', () => {
    expect(orderOf({ organization: true }).organization).toBe('o-exampleorgid')
    const plain = orderOf({})
    for (const key of ['organization', 'approval', 'alarm']) expect(plain).not.toHaveProperty(key)
  })

  it('is none where the fleet has none', () => {
    expect(() => orderRing(example, 'payments-api', 'nowhere')).toThrow('which the fleet does not have')
  })
})
