import { expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { Audience } from '../../domain/fleet/notify.ts'
import { filterPolicyOf } from '../../infra/audience.ts'

const fleet = { images: { 'payments-api': {}, 'payments-web': {}, orders: {} } } as unknown as Fleet

it.each<[Partial<Audience>, Record<string, unknown[]>]>([
  [{}, { level: ['summary'] }],
  [{ detail: true }, {}],
  [{ severity: 'warning' }, { level: ['summary'], severity: ['warning', 'error'] }],
  [{ images: ['payments-*'] }, { image: [{ prefix: 'payments-' }] }],
  [
    { images: ['*-api', 'orders'], detail: false },
    { level: ['summary'], image: ['payments-api', 'orders'] },
  ],
  [
    { severity: 'error', kinds: ['image-failed'], rings: ['early'], upstreams: ['soe'], detail: true },
    { severity: ['error'], kind: ['image-failed'], ring: ['early'], upstream: ['soe'] },
  ],
])('%j is filtered by %j', (audience, policy) => {
  expect(filterPolicyOf(fleet, { severity: 'info', ...audience })).toEqual(policy)
})
