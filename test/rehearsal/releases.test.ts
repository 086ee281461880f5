import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnnouncement } from '../../domain/planning/announcements.ts'
import { readSoeAmiReleased } from '../../domain/planning/soe-ami-released.ts'
import { verifyRelease } from '../../domain/planning/upstream-release.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { amiOfRelease, releaseEvent, simulatedAmi } from '../../rehearsal/releases.ts'
import { exampleFleet } from '../support/fleets.ts'
import { readEvent } from '../support/rehearsal.ts'
import { everySource } from './sources.ts'

const example = exampleFleet()
const fleet = everySource()
const upstreams = Object.keys(fleet.upstreams)
const announced = upstreams.filter((name) => releaseEvent(fleet, name, '2026-09-08T09:00:00Z'))
const time = '2026-09-08T09:00:00Z'
const anyTime = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().replace(/\.\d+/, ''))
const eventOf = (name: string, at = time) => releaseEvent(fleet, name, at) as EventEnvelope

describe('the event of a release', () => {
  it.each([
    ['amis', 'ec2.ami-available.json', '444455556666'],
    ['foreign', 'ssm.parameter-updated.json', '555566667777'],
    ['own', 'ssm.parameter-updated.json', '111122223333'],
    ['built', 'imagebuilder.image-available.json', '111122223333'],
  ])('of %s has the shape of %s, and is from %s', (name, file, account) => {
    const event = eventOf(name)
    const documented = readEvent(file)
    const reported = ({ version, 'detail-type': type, source, region, detail }: EventEnvelope) => ({
      version,
      type,
      source,
      region,
      keys: Object.entries(detail).map(([key, value]) => [key, typeof value]),
    })
    expect(reported(event)).toEqual(reported(documented))
    expect(Object.keys(event).sort()).toEqual(Object.keys(documented).sort())
    expect(event).toMatchObject({ account, time, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(event.resources[0]?.split(':').slice(0, 3)).toEqual(documented.resources[0]?.split(':').slice(0, 3))
  })

  it('of a team that announces its own AMIs is what its schema says', () => {
    const event = eventOf('announced')
    expect(event).toMatchObject({ 'detail-type': 'SOE AMI Released', account: '666677778888', resources: [] })
    expect(readSoeAmiReleased(event.detail)).toEqual({ released: event.detail })
  })

  it.each(['public', 'quiet'])('of a public parameter is none: %s', (name) => {
    expect(releaseEvent(fleet, name, time)).toBeUndefined()
  })

  it.each(announced)('is read as one of that upstream: %s', (name) => {
    const reading = readAnnouncement(fleet, eventOf(name))
    expect('upstreams' in reading && reading.upstreams).toContain(name)
  })

  it('follows from the upstream and the time alone, and differs with either', () => {
    const upstream = fc.constantFrom(...announced)
    fc.assert(
      fc.property(upstream, upstream, anyTime, anyTime, (one, two, at, later) => {
        const event = eventOf(one, at)
        expect(releaseEvent(structuredClone(fleet), one, at)).toEqual(event)
        expect(eventOf(two, later).id === event.id).toBe(one === two && at === later)
      }),
    )
  })

  it('of nobody is an error', () => {
    expect(() => releaseEvent(fleet, 'nobody', time)).toThrow('the fleet has no upstream nobody')
  })
})

describe('the AMI of a release', () => {
  it('is one that Rebake believes, as a release of that upstream', () => {
    fc.assert(
      fc.property(fc.constantFrom(...upstreams), anyTime, (upstream, at) => {
        const ami = amiOfRelease(fleet, { upstream, time: at })
        const judged = verifyRelease(fleet, { upstreams: [upstream], ami: ami.ami, time: at }, ami)
        expect(judged).toEqual({ releases: [expect.objectContaining({ upstream, ami: ami.ami })] })
        expect(ami.name).toMatch(/^[\w()[\]./'@ -]{3,128}$/)
        expect(Date.parse(ami.created)).toBe(Date.parse(at))
      }),
    )
  })

  it.each([
    ['amis', '444455556666', undefined],
    ['foreign', '555566667777', undefined],
    ['own', '444455556666', undefined],
    ['public', '137112412989', 'amazon'],
    ['quiet', '137112412989', 'amazon'],
    ['built', '111122223333', undefined],
    ['announced', '777788889999', undefined],
  ])('of %s belongs to %s', (upstream, ownerId, ownerAlias) => {
    const ami = amiOfRelease(fleet, { upstream, time })
    expect([ami.ownerId, ami.ownerAlias]).toEqual([ownerId, ownerAlias])
    expect(ami.ownerId === sourceIn(fleet, upstream).owner || ownerAlias).toBeTruthy()
  })

  it.each([
    ['amis', 'soe-2026-09-08-0900'],
    ['foreign', 'base-0-2026-09-08-0900'],
    ['built', 'built-2026-09-08-0900'],
  ])('of %s has a name that the fleet expects: %s', (upstream, name) => {
    expect(amiOfRelease(fleet, { upstream, time }).name).toBe(name)
  })
})

describe('the AMI that is simulated for an event', () => {
  it.each(announced)('is that of the release which the event was made for: %s', (name) => {
    expect(simulatedAmi(fleet, eventOf(name))).toEqual(amiOfRelease(fleet, { upstream: name, time }))
  })

  it('is that upstream among several of one owner', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(example.upstreams)), anyTime, (name, at) => {
        const event = releaseEvent(example, name, at) as EventEnvelope
        expect(simulatedAmi(example, event)?.upstream).toBe(name)
      }),
    )
  })

  it('is of the first upstream that the account owns when the event is from elsewhere', () => {
    const event = readEvent('ec2.ami-available.json')
    expect(simulatedAmi(example, event)).toEqual({
      ami: event.detail.ImageId,
      ownerId: '444455556666',
      name: 'soe-al2023-2026-09-01-0630',
      architecture: 'x86_64',
      state: 'available',
      upstream: 'al2023-soe',
      created: '2026-09-01T06:30:00.000Z',
    })
  })

  it('is of no upstream when the account owns none, and then nobody believes it', () => {
    const event = { ...readEvent('ec2.ami-available.json'), account: '999999999999' }
    const ami = simulatedAmi(example, event)
    expect(ami).toMatchObject({ ownerId: '999999999999', upstream: undefined })
    expect(verifyRelease(example, { upstreams: ['al2023-soe'], ami: '', time: event.time }, ami)).toHaveProperty(
      'refused',
    )
  })

  it('is the one that a team names', () => {
    const event = eventOf('announced')
    const ami = 'ami-0123456789abcdef0'
    expect(simulatedAmi(fleet, { ...event, detail: { ...event.detail, ami } })).toMatchObject({
      ami,
      upstream: 'announced',
    })
  })

  it.each(['failed', 'deregistered', 'disabled'])('is %s where EC2 says so', (state) => {
    const file = `ec2.ami-${state}.json`
    expect(simulatedAmi(example, readEvent(file))).toMatchObject({
      state,
      ami: expect.stringMatching(/^ami-/),
    })
  })

  it.each<[string, EventEnvelope]>([
    ['a parameter of nobody', readEvent('ssm.parameter-updated.json')],
    ['an image of nobody', readEvent('imagebuilder.image-available.json')],
    ['an execution', readEvent('states.execution-failed.json')],
    ['an image that is not ready', { ...eventOf('built'), detail: { state: { status: 'TESTING' } } }],
  ])('is none for %s', (_, event) => {
    expect(simulatedAmi(fleet, event)).toBeUndefined()
  })
})
