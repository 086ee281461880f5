import type { Image } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { receiveRelease } from '../../functions/receive-release/receive-release.ts'
import { keyOf } from '../../ledger/keys.ts'
import { announcedAmi as ami, announcements, own, soe, team } from '../domain/planning/every-kind.ts'
import { seed } from '../support/ledger.ts'
import { named, releaseWorld, soeAmi } from './release-world.ts'

const event = announcements.ami
const campaign = `al2023-soe-${ami}`
const suse = announcements.image.resources[0] as string
const tags = (tagged: Record<string, string>) => Object.entries(tagged).map(([Key, Value]) => ({ Key, Value }))
const receiving = (world: ReturnType<typeof releaseWorld>, of: Partial<typeof event> = {}) =>
  receiveRelease(world.parts, { event: { ...event, ...of } })
/** A world with the release of Amazon Linux in it. */
const withRelease = (more: Image = {}) => {
  const world = releaseWorld()
  world.add(soeAmi(more))
  return world
}

describe('receive-release', () => {
  it('remembers the release, starts the campaign that it names, and counts it', async () => {
    const world = withRelease()
    expect(await receiving(world)).toEqual({ taken: [{ campaign }] })
    expect(world.started()).toEqual([campaign])
    expect(world.triggerOf(campaign)).toEqual({
      kind: 'release',
      upstream: 'al2023-soe',
      ami,
      amiName: 'soe-al2023-2026.09.1',
      time: event.time,
      reason: `al2023-soe released ${ami}`,
    })
    expect((await world.known()).upstreams).toEqual({
      'al2023-soe': {
        ami,
        amiName: 'soe-al2023-2026.09.1',
        since: event.time,
        campaign,
        started: true,
        open: true,
        newest: { ami, created: '2026-09-08T08:50:00.000Z' },
      },
    })
    expect([world.reported, world.counted]).toEqual([[], ['CampaignStarted']])
  })

  it.each<[string, keyof typeof announcements, Image, string]>([
    ['AMIs of an account', 'ami', {}, 'al2023-soe'],
    ['a parameter', 'parameter', { Name: 'soe-rhel9-1' }, 'rhel-soe'],
    ['an image', 'image', { OwnerId: own, Tags: tags({ Ec2ImageBuilderArn: suse }) }, 'suse-soe'],
    ['an announcement', 'event', { OwnerId: team, Architecture: 'arm64' }, 'graviton-soe'],
  ])('takes a release of every kind of upstream: %s', async (_, kind, image, upstream) => {
    const world = withRelease(image)
    world.parameters.set(`${soe} /soe/rhel9`, ami)
    expect(await receiving(world, announcements[kind])).toEqual({
      taken: [{ campaign: `${upstream}-${ami}` }],
    })
  })

  it('makes an emergency of what may be one', async () => {
    const world = withRelease({ OwnerId: team, Architecture: 'arm64' })
    const { detail } = announcements.event
    await receiving(world, {
      ...announcements.event,
      detail: { ...detail, emergency: true, reason: 'CVE-2026-1' },
    })
    expect(world.triggerOf(`graviton-soe-${ami}`)).toMatchObject({
      emergency: true,
      reason: `graviton-soe released ${ami}: CVE-2026-1`,
    })
  })

  it('takes a release that had its campaign as done', async () => {
    const world = withRelease()
    await receiving(world)
    const known = await world.known()
    expect(await receiving(world, { time: '2026-09-08T09:30:00Z' })).toEqual({ taken: [{ known: campaign }] })
    expect(await world.known()).toEqual(known)
    expect(world.counted).toEqual(['CampaignStarted'])
  })

  it('starts the campaign of a release that was remembered, and no more: a crash came in between', async () => {
    const world = withRelease()
    world.failing.stepFunctions = named('ThrottlingException')
    await expect(receiving(world)).rejects.toThrow('ThrottlingException')
    expect((await world.known()).upstreams['al2023-soe']).toMatchObject({ started: false })
    expect(await receiving(world)).toEqual({ taken: [{ campaign }] })
    expect((await world.known()).upstreams['al2023-soe']).toMatchObject({ started: true })
  })

  it('finds the campaign started that nobody has remembered to be', async () => {
    const world = withRelease()
    await receiving(world)
    await seed(world.parts.ledger, keyOf('fleetState', {}), {
      upstreams: { 'al2023-soe': { ...(await world.known()).upstreams['al2023-soe'], started: false } },
    })
    expect(await receiving(world, { time: '2026-09-08T09:30:00Z' })).toEqual({ taken: [{ campaign }] })
    expect(world.counted).toEqual(['CampaignStarted'])
  })

  it('takes any other failure as a failure, so that the event is tried again', async () => {
    const world = withRelease()
    world.failing.ec2 = named('RequestLimitExceeded')
    await expect(receiving(world)).rejects.toThrow('RequestLimitExceeded')
    world.failing.stepFunctions = named('StateMachineDoesNotExist')
    await expect(receiving(world)).rejects.toThrow('StateMachineDoesNotExist')
  })
})

describe('what is no release', () => {
  it('is refused once, recorded and counted, and starts nothing', async () => {
    const world = withRelease({ OwnerId: '999999999999' })
    const refused = `its owner is account 999999999999, and no upstream of the fleet names that account as its owner`
    for (let time = 0; time < 2; time++) expect(await receiving(world)).toEqual({ refused })
    expect(world.started()).toEqual([])
    expect(world.reported.map(({ kind }) => kind)).toEqual(['upstream-refused'])
    expect(world.reported[0]?.body).toContain(`Rebake did not take it: ${refused}.`)
    expect(world.reported[0]?.facts).toMatchObject({ ami, account: soe, code: 'wrong-owner', reason: refused })
    expect([...world.parts.ledger.items.values()]).toEqual([
      expect.objectContaining({ pk: `REFUSED#${ami}`, account: soe, announced: true, reason: refused }),
    ])
    expect(world.counted).toEqual(['ReleaseRefused'])
  })

  it('is refused again for another reason: who fixed the one mistake must hear of the next', async () => {
    const world = withRelease({ OwnerId: team, Architecture: 'arm64' })
    const announce = (detail: object) =>
      receiving(world, { ...announcements.event, detail: { ...announcements.event.detail, ...detail } })
    await announce({ upstream: 'gravitn-soe' })
    await announce({ upstream: 'gravitn-soe' })
    await announce({ emergency: 'yes' })
    expect(world.reported.map(({ body }) => body.match(/did not take it: (.*)/)?.[1])).toEqual([
      "the fleet has no upstream 'gravitn-soe' that announces its own releases.",
      expect.stringContaining('emergency: Invalid type'),
    ])
    expect(await announce({})).toEqual({ taken: [{ campaign: `graviton-soe-${ami}` }] })
  })

  it.each<[string, Partial<typeof event>]>([
    ['an announcement without an AMI', { ...announcements.event, detail: { version: '1', upstream: 'graviton-soe' } }],
    [
      'a parameter that was deleted',
      { ...announcements.parameter, detail: { name: '/soe/rhel9', operation: 'Delete' } },
    ],
  ])('is refused once for each event where there is no AMI to know it by: %s', async (_, of) => {
    const world = releaseWorld()
    for (const id of ['e1', 'e1', 'e2']) await receiving(world, { ...of, id })
    expect(world.reported).toHaveLength(2)
  })

  it('is ignored, and counted, where it is about something else', async () => {
    const world = withRelease({ Name: 'test' })
    expect(await receiving(world)).toMatchObject({ ignored: expect.stringMatching(/^its name is 'test'/) })
    expect(await receiving(world, { ...announcements.image, resources: ['arn:x'] })).toMatchObject({
      ignored: 'no upstream is the image arn:x',
    })
    expect([world.reported, world.counted]).toEqual([[], ['ReleaseIgnored', 'ReleaseIgnored']])
    expect(world.parts.ledger.items.size).toBe(0)
  })

  it('is ignored, and counted, where an account publishes another architecture beside it: one campaign, no message', async () => {
    const world = withRelease()
    world.add(soeAmi({ ImageId: 'ami-0000000a', Name: 'soe-al2023-2026.09.1-arm64', Architecture: 'arm64' }))
    expect(await receiving(world, { detail: { ...event.detail, ImageId: 'ami-0000000a' } })).toEqual({
      ignored: 'its architecture is arm64, and al2023-soe expects another',
    })
    expect(await receiving(world)).toEqual({ taken: [{ campaign }] })
    expect([world.reported, world.counted]).toEqual([[], ['ReleaseIgnored', 'CampaignStarted']])
    expect(world.started()).toEqual([campaign])
  })

  it('is refused when it is older than what its upstream is now, and says than what', async () => {
    const world = withRelease()
    await receiving(world)
    world.add(soeAmi({ ImageId: 'ami-0000000a', CreationDate: '2026-08-08T08:50:00.000Z' }))
    const older = { ...event, detail: { ...event.detail, ImageId: 'ami-0000000a' } }
    const refused = `it was made 2026-08-08T08:50:00.000Z, and al2023-soe has released ${ami} since, made 2026-09-08T08:50:00.000Z`
    expect(await receiving(world, older)).toEqual({ taken: [{ refused }] })
    expect(world.reported[0]?.facts).toMatchObject({ code: 'older', upstream: 'al2023-soe' })
    expect(world.started()).toEqual([campaign])
    expect((await world.known()).upstreams['al2023-soe']?.ami).toBe(ami)
  })

  it('may be a product of this fleet, which would never come to rest', async () => {
    const baked = tags({ Ec2ImageBuilderArn: suse, 'rebake:fleet': 'golden', 'rebake:image': 'web-frontend' })
    const world = withRelease({ OwnerId: own, Tags: baked })
    expect(await receiving(world, announcements.image)).toMatchObject({
      refused: expect.stringMatching(/^it was baked by this fleet, as web-frontend/),
    })
  })
})

describe('what cannot be seen yet', () => {
  it.each<[string, Partial<typeof event>, string]>([
    ['an AMI that is not shared', event, `the build account ${own} cannot see it`],
    ['a parameter that is gone meanwhile', announcements.parameter, '/soe/rhel9 names no AMI yet (event c1)'],
    ['an image without an AMI', announcements.image, `${suse} names no AMI yet (event c1)`],
  ])('is looked for again: %s', async (_, of, message) => {
    const world = releaseWorld()
    await expect(receiving(world, of)).rejects.toMatchObject({
      name: 'AmiNotVisible',
      message: expect.stringContaining(message),
    })
    expect([world.reported, world.parts.ledger.items.size]).toEqual([[], 0])
  })

  it('is refused when it was looked for in vain, and says why', async () => {
    const world = releaseWorld()
    const cause = JSON.stringify({ errorType: 'AmiNotVisible', errorMessage: 'nobody can see it' })
    const answer = await receiveRelease(world.parts, { event, failure: { error: 'AmiNotVisible', cause } })
    expect(answer).toEqual({ refused: 'nobody can see it' })
    expect(world.reported[0]?.facts).toMatchObject({ code: 'not-received', reason: 'nobody can see it' })
    expect(world.reported[0]?.body).toContain('Rebake did not take it: nobody can see it.')
  })

  it.each<[keyof typeof announcements, string]>([
    ['ami', ami],
    ['parameter', '/soe/rhel9'],
    ['image', suse],
    ['event', ami],
  ])('is called by what is known of it: an event of the kind %s', async (kind, name) => {
    const world = releaseWorld()
    await receiveRelease(world.parts, {
      event: announcements[kind],
      failure: { error: 'States.Timeout', cause: '' },
    })
    const { account } = announcements[kind]
    expect(world.reported[0]?.body).toMatch(`Account ${account}, us-west-2, tells of a release: ${name}.`)
    expect(world.reported[0]?.body).toContain('Rebake did not take it: States.Timeout.')
  })
})
