import type { Image } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { RefusalCode } from '../../domain/planning/refusals.ts'
import { pollUpstreams } from '../../functions/poll-upstreams/poll-upstreams.ts'
import { receiveRelease } from '../../functions/receive-release/receive-release.ts'
import { announcedAmi as ami, announcements, own, publicParameter, soe } from '../domain/planning/every-kind.ts'
import { named, releaseWorld, soeAmi } from './release-world.ts'

type World = ReturnType<typeof releaseWorld>
const time = '2026-09-08T10:00:00Z'
const minutesAgo = (minutes: number) => new Date(Date.parse(time) - minutes * 60_000).toISOString()
const polling = ({ parts: deps }: World, at = time) => pollUpstreams(deps, { time: at })
const campaign = `al2023-soe-${ami}`
const suse = 'arn:aws:imagebuilder:us-west-2:111122223333:image/soe-suse/1.2.0/3'

/** A world whose upstream of this name had an AMI before, of which everybody knows. */
async function withBefore(upstream: string) {
  const world = releaseWorld()
  const before = { ami: 'ami-00000001', created: '2026-08-01T00:00:00.000Z' }
  await world.parts.ledger.fleetState.change((known) => ({
    ...known,
    upstreams: {
      [upstream]: {
        ...before,
        amiName: 'x',
        since: before.created,
        newest: before,
        started: true,
        campaign: 'c',
      },
    },
  }))
  return world
}

describe('poll-upstreams', () => {
  it.each<[string, Image, [string, string]?]>([
    ['al2023-soe', {}],
    ['amazon-linux', { OwnerId: '137112412989', ImageOwnerAlias: 'amazon', Name: 'al2023' }, ['', publicParameter]],
    ['rhel-soe', { Name: 'soe-rhel9-1' }, [soe, '/soe/rhel9']],
    ['debian-soe', { Name: 'debian' }, [own, '/soe/debian12']],
    ['suse-soe', { OwnerId: own, Name: 'suse', Tags: [{ Key: 'Ec2ImageBuilderArn', Value: suse }] }],
    ['sap-soe', { Name: 'soe-sap-1' }],
  ])('finds the newest AMI of %s, wherever it comes from', async (upstream, image, parameter) => {
    const world = releaseWorld()
    world.add(soeAmi(image))
    if (parameter) world.parameters.set(parameter.join(' '), ami)
    expect(await polling(world)).toEqual({ taken: { [upstream]: { campaign: `${upstream}-${ami}` } } })
    expect(world.triggerOf(`${upstream}-${ami}`)).toMatchObject({ kind: 'release', upstream, ami, time })
  })

  it('takes the newest that is available, and is of the right architecture', async () => {
    const world = releaseWorld()
    world.add(
      soeAmi({ ImageId: 'ami-00000001', CreationDate: '2026-09-01T00:00:00.000Z' }),
      soeAmi({ ImageId: 'ami-00000003', CreationDate: '2026-09-03T00:00:00.000Z', State: 'pending' }),
      soeAmi({ ImageId: 'ami-00000004', CreationDate: '2026-09-04T00:00:00.000Z', Architecture: 'arm64' }),
      soeAmi({ ImageId: 'ami-00000002', CreationDate: '2026-09-02T00:00:00.000Z' }),
    )
    await polling(world)
    expect(world.started()).toEqual(['al2023-soe-ami-00000002'])
  })

  it('takes what an event has reported as known, and looks no further', async () => {
    const world = releaseWorld()
    world.add(soeAmi())
    await receiveRelease(world.parts, { event: announcements.ami })
    world.counted.length = 0
    expect(await polling(world)).toEqual({ taken: {} })
    expect([world.started(), world.counted, world.reported]).toEqual([[campaign], [], []])
  })

  it('starts the campaign of a release that was remembered: a crash came in between', async () => {
    const world = releaseWorld()
    world.add(soeAmi())
    world.failing.stepFunctions = named('ThrottlingException')
    await expect(receiveRelease(world.parts, { event: announcements.ami })).rejects.toThrow()
    expect(world.started()).toEqual([])
    expect(await polling(world)).toEqual({ taken: { 'al2023-soe': { campaign } } })
    expect(await polling(world)).toEqual({ taken: {} })
  })

  it('does not take back what a person chose', async () => {
    const world = releaseWorld()
    world.add(soeAmi())
    await polling(world)
    await world.parts.ledger.fleetState.change((known) => {
      const now = known.upstreams['al2023-soe'] as (typeof known.upstreams)[string]
      return { ...known, upstreams: { 'al2023-soe': { ...now, ami: 'ami-00000001' } } }
    })
    expect(await polling(world)).toEqual({ taken: {} })
    expect((await world.known()).upstreams['al2023-soe']?.ami).toBe('ami-00000001')
  })

  it('looks at every upstream, whatever goes wrong with one, and says with which', async () => {
    const world = releaseWorld()
    world.add(soeAmi({ Name: 'soe-windows-2022-1' }))
    world.failing.ec2 = named('InternalError', 'try later')
    world.failing.ssm = named('AccessDeniedException', 'not authorized')
    const failed = await polling(world).catch((error: AggregateError) => error)
    expect(failed).toBeInstanceOf(AggregateError)
    expect((failed as AggregateError).message).toBe(
      'al2023-soe: InternalError: try later; amazon-linux: TargetUnreachable:  us-west-2: not authorized',
    )
    expect(world.started()).toEqual([`windows-soe-${ami}`])
  })
})

describe('what a poll finds and cannot take', () => {
  it.each<[string, Image, RefusalCode, string]>([
    [
      'another owner than its parameter may name',
      { OwnerId: '999999999999' },
      'wrong-owner',
      'its owner is account 999999999999',
    ],
    ['another name', { Name: 'soe-rhel8-1' }, 'wrong-name', "its name is 'soe-rhel8-1', and the fleet expects"],
    ['nothing that it can see', { ImageId: 'ami-00000009' }, 'not-visible', `the build account ${own} cannot see it`],
  ])('is reported once, however often it is found: %s', async (_, image, code, reason) => {
    const world = releaseWorld()
    world.add(soeAmi({ Name: 'soe-rhel9-1', ...image }))
    world.parameters.set(`${soe} /soe/rhel9`, ami)
    for (let hour = 0; hour < 5; hour++) {
      const { taken } = await polling(world, `2026-09-08T1${hour}:00:00Z`)
      expect(taken['rhel-soe']).toEqual({ refused: expect.stringContaining(reason) })
    }
    expect([world.reported.length, world.counted, world.started()]).toEqual([1, ['ReleaseRefused'], []])
    expect(world.reported[0]?.body).toContain(`tells of a release: ${ami}.`)
    expect(world.reported[0]?.facts).toMatchObject({ code, upstream: 'rhel-soe' })
  })

  it('is reported once where a parameter was set back to an AMI that is older', async () => {
    const world = releaseWorld()
    const old = soeAmi({
      ImageId: 'ami-00000001',
      Name: 'soe-rhel9-0',
      CreationDate: '2026-08-01T00:00:00.000Z',
    })
    world.add(soeAmi({ Name: 'soe-rhel9-1' }), old)
    world.parameters.set(`${soe} /soe/rhel9`, ami)
    await polling(world)
    world.parameters.set(`${soe} /soe/rhel9`, 'ami-00000001')
    for (let hour = 0; hour < 3; hour++) await polling(world)
    expect(world.reported.map(({ body }) => body.match(/did not take it: (.*)/)?.[1])).toEqual([
      `it was made 2026-08-01T00:00:00.000Z, and rhel-soe has released ${ami} since, made 2026-09-08T08:50:00.000Z.`,
    ])
    expect((await world.known()).upstreams['rhel-soe']?.ami).toBe(ami)
  })
})

describe('a lost event', () => {
  const of = (upstream: string): [Image, string?] => {
    if (upstream === 'amazon-linux')
      return [{ OwnerId: '137112412989', ImageOwnerAlias: 'amazon' }, ` ${publicParameter}`]
    if (upstream === 'rhel-soe') return [{ Name: 'soe-rhel9-1' }, `${soe} /soe/rhel9`]
    return [{}]
  }
  it.each<[string, string, boolean, number, number]>([
    ['is one that reported nothing for a quarter of an hour', 'al2023-soe', true, 16, 1],
    ['may still be on its way', 'al2023-soe', true, 15, 0],
    ['is none at the first look, when nothing was known', 'al2023-soe', false, 600, 0],
    ["is one of another account's parameter", 'rhel-soe', true, 600, 1],
    ['is none of a public parameter, which has no events', 'amazon-linux', true, 600, 0],
  ])('%s', async (_, upstream, isKnown, minutes, count) => {
    const world = isKnown ? await withBefore(upstream) : releaseWorld()
    const [image, parameter] = of(upstream)
    world.add(soeAmi({ ...image, CreationDate: minutesAgo(minutes) }))
    if (parameter) world.parameters.set(parameter, ami)
    expect(await polling(world)).toEqual({ taken: { [upstream]: { campaign: `${upstream}-${ami}` } } })
    expect(world.counted.filter((name) => name === 'ReleaseEventLost')).toHaveLength(count)
    await polling(world)
    expect(world.counted.filter((name) => name === 'ReleaseEventLost')).toHaveLength(count)
  })
})
