import { describe, expect, it } from 'vitest'
import { readSoeAmiReleased } from '../../../domain/planning/soe-ami-released.ts'

const released = { version: '1', upstream: 'graviton-soe', ami: 'ami-0a1b2c3d4e5f67890' }

describe('what a team announces', () => {
  it.each<[string, object]>([
    ['the least', released],
    ['a short AMI id', { ...released, ami: 'ami-0a1b2c3d' }],
    ['everything', { ...released, emergency: true, reason: 'x'.repeat(500) }],
    ['no emergency, in so many words', { ...released, emergency: false }],
  ])('is read: %s', (_, detail) => {
    expect(readSoeAmiReleased(detail)).toEqual({ released: detail })
  })

  it.each<[string, unknown, string]>([
    ['no object', 'ami-0a1b2c3d', 'detail: Invalid type: Expected Object but received "ami-0a1b2c3d"'],
    ['another version', { ...released, version: '2' }, 'version: Invalid type: Expected "1" but received "2"'],
    ['a version that is a number', { ...released, version: 1 }, 'version: Invalid type: Expected "1" but received 1'],
    [
      'no upstream',
      { ...released, upstream: undefined },
      'upstream: Invalid type: Expected string but received undefined',
    ],
    [
      'an upstream without a name',
      { ...released, upstream: '' },
      'upstream: Invalid length: Expected !0 but received 0',
    ],
    ['an AMI id that is none', { ...released, ami: 'ami-0a1b' }, 'ami: an AMI id such as ami-0a1b2c3d4e5f67890'],
    [
      'an emergency that is text',
      { ...released, emergency: 'yes' },
      'emergency: Invalid type: Expected boolean but received "yes"',
    ],
    ['an empty reason', { ...released, reason: '' }, 'reason: Invalid length: Expected !0 but received 0'],
    [
      'a long reason',
      { ...released, reason: 'x'.repeat(501) },
      'reason: Invalid length: Expected <=500 but received 501',
    ],
    [
      'a member that it does not know, as a typing error is one',
      { ...released, emergancy: true },
      'emergancy: Invalid key: Expected never but received "emergancy"',
    ],
    [
      'two mistakes, and both are reported',
      { ...released, version: '2', ami: 'x' },
      'version: Invalid type: Expected "1" but received "2"; ami: an AMI id such as ami-0a1b2c3d4e5f67890',
    ],
  ])('is wrong with %s', (_, detail, wrong) => {
    expect(readSoeAmiReleased(detail)).toEqual({ wrong })
  })
})
