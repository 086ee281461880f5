import { describe, expect, it } from 'vitest'
import type { Image } from '../../../domain/fleet/model.ts'
import { orderChecks } from '../../../domain/planning/check-order.ts'
import { exampleFleet } from '../../support/fleets.ts'

const example = exampleFleet()
const base = example.images['orders-api'] as Image
const waiver = { owner: 'security', reason: 'no shell', expires: '2026-12-31' }
const ordersOf = (checks: Partial<Image['checks']>, more: Partial<Image> = {}) => {
  const image = { ...base, ...more, checks: { ami: base.checks.ami, ...checks } }
  const fleet = {
    ...example,
    images: { ...example.images, 'orders-api': image },
    waivers: { 'CVE-2026-1111': waiver, 'CVE-2026-2222': { ...waiver, images: ['web-frontend'] } },
  }
  return orderChecks(fleet, 'orders-api', image)
}
const timed = { mode: 'required' as const, timeout: 7200 }

describe('the checks of an image', () => {
  it('always look at the AMI', () => {
    expect(ordersOf({})).toEqual([
      {
        check: 'ami',
        kind: 'ami',
        mode: 'required',
        timeout: 900,
        lookAfter: 60,
        settings: { architecture: 'x86_64', imdsv2: true, encrypted: true, rootDevice: '/dev/xvda', tags: [] },
      },
    ])
  })

  it('know the waivers that hold for the image, and its parent', () => {
    const vulnerabilities = { ...timed, critical: 0, fixable: false, introduced: true }
    expect(ordersOf({ vulnerabilities })[1]).toMatchObject({
      kind: 'vulnerabilities',
      timeout: 7200,
      lookAfter: 900,
      settings: {
        critical: 0,
        introduced: true,
        parent: 'al2023-java',
        waivers: { 'CVE-2026-1111': waiver },
      },
    })
    expect(ordersOf({ vulnerabilities })[1]?.settings).not.toHaveProperty(['waivers', 'CVE-2026-2222'])
  })

  it('run a smoke test on each instance type, by default on the first that bakes it', () => {
    const script = { ...timed, mode: 'advisory' as const, script: 'smoke.sh' }
    expect(ordersOf({ smoke: script }).slice(1)).toMatchObject([
      {
        check: 'smoke m7i.large',
        mode: 'advisory',
        settings: { instanceType: 'm7i.large', document: 'golden-smoke-orders-api', parameters: {} },
      },
    ])
    const document = {
      ...timed,
      document: 'Mine',
      parameters: { Port: '80' },
      instanceTypes: ['c7i.large', 't3.micro'],
    }
    expect(ordersOf({ smoke: document }).slice(1)).toMatchObject([
      { check: 'smoke c7i.large', settings: { document: 'Mine', parameters: { Port: '80' } } },
      { check: 'smoke t3.micro' },
    ])
  })

  it('give a function of their own its whole time before they look again', () => {
    const custom = { licences: { ...timed, timeout: 840, function: 'arn', input: { deny: ['AGPL'] } } }
    expect(ordersOf({ custom })[1]).toMatchObject({
      check: 'custom licences',
      kind: 'custom',
      timeout: 840,
      lookAfter: 900,
      settings: { function: 'arn', input: { deny: ['AGPL'] } },
    })
  })
})
