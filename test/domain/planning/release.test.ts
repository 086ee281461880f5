import { describe, expect, it } from 'vitest'
import { judge, nameMatches, type ReleasedAmi } from '../../../domain/planning/release.ts'
import { exampleFleet } from '../../support/fleets.ts'

const ami = 'ami-0a1b2c3d4e5f67890'
const event = {
  account: '444455556666',
  time: '2026-09-08T09:00:00Z',
  region: 'us-west-2',
  detail: { ImageId: ami, State: 'available' },
}
const image: ReleasedAmi = {
  ami,
  ownerId: '444455556666',
  name: 'soe-al2023-2026.09.1',
  architecture: 'x86_64',
  state: 'available',
}

describe('a release', () => {
  it('is believed when owner, name and architecture are as the fleet expects', () => {
    expect(judge(exampleFleet(), event, image)).toEqual({
      releases: [{ kind: 'release', upstream: 'al2023-soe', ami, amiName: image.name, time: event.time }],
    })
  })

  it.each<[string, Partial<typeof event>, Partial<ReleasedAmi>, RegExp]>([
    ['another region', { region: 'eu-west-1' }, {}, /it is in eu-west-1, and the fleet bakes in us-west-2/],
    ['not available', {}, { state: 'pending' }, /it is pending, not available/],
    ['another owner', {}, { ownerId: '999999999999' }, /its owner is account 999999999999, and no upstream/],
    ['another architecture', {}, { architecture: 'arm64' }, /its architecture is arm64/],
  ])('is refused when %s', (_, eventChange, imageChange, reason) => {
    const seen = { ...image, ...imageChange }
    expect(judge(exampleFleet(), { ...event, ...eventChange }, seen)).toEqual({
      refused: expect.stringMatching(reason),
    })
  })
})

it('is not there yet when the build account cannot see it', () => {
  expect(judge(exampleFleet(), event, undefined)).toEqual({
    unseen: expect.stringContaining(
      'the build account 111122223333 cannot see it; share the AMI and its KMS key',
    ),
  })
})

it('is ignored under a name that no upstream of its owner expects', () => {
  expect(judge(exampleFleet(), event, { ...image, name: 'test' })).toEqual({
    ignored: expect.stringMatching(/its name is 'test', .*'soe-al2023-\*' \(al2023-soe\)/),
  })
})

it.each([
  ['soe-*', 'soe-al2023', true],
  ['soe-*', 'xsoe-al2023', false],
  ['soe-?', 'soe-1', true],
  ['soe-?', 'soe-12', false],
  ['soe.*', 'soexal', false],
  ['*-(prod)', 'soe-(prod)', true],
])('the pattern %s on %s: %s', (pattern, name, matches) => {
  expect(nameMatches(pattern, name)).toBe(matches)
})
