import { describe, expect, it } from 'vitest'
import { architectureOf } from '../../../domain/fleet/upstreams.ts'
import { sourceOf } from '../../../domain/upstream-kinds.ts'

const own = '111122223333'
const other = '444455556666'
const architecture = 'x86_64' as const

describe('where an upstream has its AMIs from', () => {
  it.each([
    [
      'an account',
      { ami: { owner: other, name: 'soe-*', architecture } },
      { kind: 'ami', owner: other, amiName: 'soe-*', architecture },
    ],
    [
      "a parameter of the build account, whose AMIs are that account's",
      { parameter: { name: '/soe/al2023', architecture } },
      { kind: 'parameter', parameter: '/soe/al2023', account: own, owner: own, architecture },
    ],
    [
      'a parameter of another account',
      { parameter: { name: '/soe/al2023', account: other, amiName: 'soe-*', architecture } },
      {
        kind: 'parameter',
        parameter: '/soe/al2023',
        account: other,
        owner: other,
        amiName: 'soe-*',
        architecture,
      },
    ],
    [
      "a parameter that names Amazon's AMIs",
      { parameter: { name: '/soe/al2023', owner: 'amazon', architecture } },
      { kind: 'parameter', parameter: '/soe/al2023', account: own, owner: 'amazon', architecture },
    ],
    [
      'a public parameter, whose account counts for nothing',
      { parameter: { name: '/aws/service/x', account: other, architecture } },
      { kind: 'parameter', parameter: '/aws/service/x', account: '', owner: 'amazon', architecture },
    ],
    [
      'an image',
      { image: { name: 'soe-al2023', architecture } },
      { kind: 'image', image: 'soe-al2023', owner: own, architecture },
    ],
    [
      'events',
      { event: { account: other, architecture, emergencies: false } },
      { kind: 'event', account: other, owner: other, architecture, emergencies: false },
    ],
    [
      "events about another owner's AMIs",
      { event: { account: other, owner: 'amazon', architecture, emergencies: true } },
      { kind: 'event', account: other, owner: 'amazon', architecture, emergencies: true },
    ],
  ])('%s', (_, upstream, source) => {
    expect(sourceOf(upstream, own)).toEqual(source)
    expect(architectureOf(upstream)).toBe(architecture)
  })

  it('is not known of an upstream that does not say it', () => {
    expect(() => sourceOf({ platform: 'Linux' }, own)).toThrow('without ami, parameter, image or event')
    expect(architectureOf({ platform: 'Linux' })).toBeUndefined()
  })
})
