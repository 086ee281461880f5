import { describe, expect, it } from 'vitest'
import { imaginedAmi, releaseEvent, releaseFromEvent } from '../../cli/release.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { smallFleet } from './small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')

describe('a release to rehearse', () => {
  it("is the event that EC2 sends from the upstream's account", () => {
    const event = releaseEvent(fleet, 'ubuntu')
    expect(event).toMatchObject({
      source: 'aws.ec2',
      'detail-type': 'EC2 AMI State Change',
      account: '777788889999',
      region: 'eu-west-1',
      detail: { State: 'available' },
    })
    expect(event.detail.ImageId).toMatch(/^ami-[0-9a-f]{17}$/)
    expect(event.resources).toEqual([`arn:aws:ec2:eu-west-1::image/${event.detail.ImageId}`])
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('is the same each time, and another for another upstream or time', () => {
    expect(releaseEvent(fleet, 'ubuntu')).toEqual(releaseEvent(fleet, 'ubuntu'))
    const amis = [
      releaseEvent(fleet, 'ubuntu'),
      releaseEvent(fleet, 'al2023'),
      releaseEvent(fleet, 'ubuntu', '2026-10-01T00:00:00Z'),
    ].map(({ detail }) => detail.ImageId)
    expect(new Set(amis).size).toBe(3)
  })

  it('names the upstreams that there are', () => {
    expect(() => releaseEvent(fleet, 'debian')).toThrow(
      "the fleet has no upstream 'debian'; it has al2023 and ubuntu",
    )
  })

  it.each(['toString', '__proto__'])('knows no upstream %s', (name) => {
    expect(() => releaseEvent(fleet, name)).toThrow('the fleet has no upstream')
  })
})

describe('the release that an event turns out to be', () => {
  const oneOwner = parseFleet(smallFleet.replace('777788889999', '444455556666'), 'fleet.yaml')
  const event = releaseEvent(fleet, 'al2023')

  it.each(['al2023', 'ubuntu'])('is of %s again, even where one account owns every upstream', (name) => {
    for (const each of [fleet, oneOwner])
      expect(releaseFromEvent(each, releaseEvent(each, name))).toMatchObject({
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

  it('is imagined with a name that its upstream expects', () => {
    expect(imaginedAmi(fleet, event).name).toBe('soe-al2023-2026-09-01')
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
