import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../domain/planning/release.ts'
import { imaginedAmi, releaseEvent } from '../../rehearsal/releases.ts'
import { exampleFleet } from '../support/fleets.ts'
import { readEvent } from '../support/rehearsal.ts'

const fleet = exampleFleet()
const upstreams = Object.keys(fleet.upstreams)
const time = '2026-09-08T09:00:00Z'
const upstream = fc.constantFrom(...upstreams)
const anyTime = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())

describe('the event of a release', () => {
  it.each(upstreams)('has the shape of the documented one: %s', (name) => {
    const event = releaseEvent(fleet, name, time)
    const documented = readEvent('ec2.ami-available.json')
    const { id, account, resources, detail } = event
    expect({ ...event, id: '', account: '', resources: [], detail: {} }).toEqual({
      ...documented,
      ...{ id: '', account: '', time, resources: [], detail: {} },
    })
    expect(account).toBe(fleet.upstreams[name]?.ami.owner)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(Object.keys(detail)).toEqual(Object.keys(documented.detail))
    expect(resources).toEqual([`arn:aws:ec2:us-west-2::image/${detail.ImageId}`])
    expect(detail.ImageId).toMatch(/^ami-[0-9a-f]{17}$/)
  })

  it('follows from the upstream and the time alone, and differs with either', () => {
    fc.assert(
      fc.property(upstream, upstream, anyTime, anyTime, (one, two, at, later) => {
        const event = releaseEvent(fleet, one, at)
        expect(releaseEvent(structuredClone(fleet), one, at)).toEqual(event)
        const same = one === two && at === later
        const other = releaseEvent(fleet, two, later)
        expect(other.id === event.id).toBe(same)
        expect(other.detail.ImageId === event.detail.ImageId).toBe(same)
      }),
    )
  })

  it('of nobody is an error', () => {
    expect(() => releaseEvent(fleet, 'nobody', time)).toThrow('the fleet has no upstream nobody')
  })
})

describe('the AMI that is imagined for an event', () => {
  it('is one that Rebake believes, as a release of that upstream and no other', () => {
    fc.assert(
      fc.property(upstream, anyTime, (name, at) => {
        const event = releaseEvent(fleet, name, at)
        const ami = imaginedAmi(fleet, event)
        const judged = judge(fleet, event as never, ami)
        expect(ami.upstream).toBe(name)
        expect(judged).toEqual({ releases: [expect.objectContaining({ upstream: name, ami: ami.ami })] })
      }),
    )
  })

  it('is of the first upstream that the account owns when the event is from elsewhere', () => {
    const event = readEvent('ec2.ami-available.json')
    expect(imaginedAmi(fleet, event)).toEqual({
      ami: event.detail.ImageId,
      ownerId: '444455556666',
      name: 'soe-al2023-2026-09-01',
      architecture: 'x86_64',
      state: 'available',
      upstream: 'al2023-soe',
    })
  })

  it('is of no upstream when the account owns none, and then nobody believes it', () => {
    const event = { ...readEvent('ec2.ami-available.json'), account: '999999999999' }
    const ami = imaginedAmi(fleet, event)
    expect(ami).toMatchObject({ ownerId: '999999999999', upstream: undefined })
    expect(judge(fleet, event as never, ami)).toHaveProperty('refused')
  })
})
