import { describe, expect, it } from 'vitest'
import { releaseFromEvent, releaseOf } from '../../cli/release.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { smallFleet } from './small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')

describe('a release to rehearse', () => {
  it("is an event of the upstream's account, at a fixed time unless told", () => {
    expect(releaseOf(fleet, 'ubuntu')).toMatchObject({
      source: 'aws.ec2',
      account: '777788889999',
      region: 'eu-west-1',
      time: '2026-09-01T06:00:00Z',
    })
    expect(releaseOf(fleet, 'ubuntu', '2026-10-01T00:00:00Z').time).toBe('2026-10-01T00:00:00Z')
  })

  it.each([
    { name: 'debian', message: "the fleet has no upstream 'debian'; it has al2023 and ubuntu" },
    { name: 'ubunut', message: "the fleet has no upstream 'ubunut', did you mean 'ubuntu'?" },
    { name: 'toString', message: "the fleet has no upstream 'toString'" },
    { name: '__proto__', message: "the fleet has no upstream '__proto__'" },
  ])('is not of $name', ({ name, message }) => expect(() => releaseOf(fleet, name)).toThrow(message))
})

describe('the release that an event turns out to be', () => {
  const oneOwner = parseFleet(smallFleet.replace('777788889999', '444455556666'), 'fleet.yaml')
  const event = releaseOf(fleet, 'al2023')

  it.each(['al2023', 'ubuntu'])('is of %s again, even where one account owns every upstream', (name) => {
    for (const each of [fleet, oneOwner])
      expect(releaseFromEvent(each, releaseOf(each, name))).toMatchObject({
        kind: 'release',
        upstream: name,
        time: '2026-09-01T06:00:00Z',
      })
  })

  it('is of the first upstream of its account, for an AMI from elsewhere', () => {
    const other = { ...event, detail: { ...event.detail, ImageId: 'ami-0123456789abcdef0' } }
    expect(releaseFromEvent(oneOwner, other)).toMatchObject({
      upstream: 'al2023',
      ami: 'ami-0123456789abcdef0',
    })
  })

  it.each([
    { change: { account: '000000000000' }, message: 'would be refused: its owner is account 000000000000' },
    { change: { region: 'us-east-1' }, message: 'would be refused: it is in us-east-1' },
    { change: { detail: { ImageId: 'ami-0', State: 'deregistered' } }, message: 'begins nothing' },
    { change: { 'detail-type': 'EC2 Image Builder Image State Change' }, message: 'begins nothing' },
  ])('is refused: $message', ({ change, message }) => {
    expect(() => releaseFromEvent(fleet, { ...event, ...change })).toThrow(message)
  })
})
