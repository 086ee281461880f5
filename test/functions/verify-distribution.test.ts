import { CreateTagsCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2'
import { GetImageCommand } from '@aws-sdk/client-imagebuilder'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import { verify } from '../../functions/verify-distribution/verify-distribution.ts'
import { keyOf } from '../../ledger/keys.ts'
import { seed } from '../support/ledger.ts'
import { account, arnOf, build, copies, copy, key, named, request, ringWorld, targets } from './ring-world.ts'

const world = ringWorld()
const { ec2, sts, say, see, seeKey, parts: deps } = world
beforeEach(world.reset)

const waitKey = (n: number) => keyOf('wait', { id: arnOf(n) })
const failed = (region: string, reason: string) => ({
  ...copy(region, ''),
  state: { status: 'FAILED', reason },
})
const there = { ...copy('us-west-2', 'ami-0a'), state: { status: 'AVAILABLE' } }
const two = [
  { accounts: [account], arn: arnOf(2) },
  { accounts: ['333344445555'], arn: arnOf(3) },
]

describe('verify-distribution', () => {
  it('records the AMI of every target, through one session per account', async () => {
    const all = await deps()
    expect(await verify(all, request)).toEqual({ targets: 2 })
    expect(await all.ledger.table.get(key)).toMatchObject({
      distributed: {
        early: [
          { ...targets[0], ami: 'ami-0a' },
          { ...targets[1], ami: 'ami-0b' },
        ],
      },
    })
    expect(sts.commandCalls(AssumeRoleCommand).map((call) => call.args[0].input)).toEqual([
      {
        RoleArn: 'arn:aws:iam::222233334444:role/golden-publish',
        RoleSessionName: 'verify-web',
        ExternalId: 'golden',
        DurationSeconds: 900,
      },
    ])
  })

  describe('of what a roll-out before has made', () => {
    const inPlace = targets.map((target, i) => ({ ...target, ami: `ami-0${'ab'[i]}` }))
    const placedBefore = async (ring: Parameters<typeof deps>[0] = {}) => {
      const all = await deps(ring)
      await seed(all.ledger, key, { distributing: { early: { startedAt: request.startedAt, inPlace, parts: [] } } })
      return all
    }

    it('looks at each AMI in its target, and asks Image Builder nothing', async () => {
      const all = await placedBefore()
      expect(await verify(all, request)).toEqual({ targets: 2 })
      expect(world.imageBuilder.calls()).toEqual([])
      expect(await all.ledger.table.get(key)).toMatchObject({ distributed: { early: inPlace } })
    })

    it.each([
      ['one is gone', () => ec2.on(DescribeImagesCommand).rejects(named('InvalidAMIID.NotFound')), {}],
      [
        'one is another key than the ring wants',
        () => seeKey('arn:aws:kms:us-west-2:1:key/old'),
        {
          kmsKeys: { 'us-west-2': 'arn:aws:kms:us-west-2:111122223333:key/new' },
        },
      ],
    ])('has it distributed where %s', async (_, happens, ring) => {
      const all = await placedBefore(ring)
      happens()
      await expect(verify(all, request)).rejects.toMatchObject({ name: 'CopiesGone' })
      const { distributing } = (await all.ledger.table.get(key)) ?? {}
      expect(distributing).toEqual({ early: { startedAt: request.startedAt, parts: [] } })
    })

    it('copies nothing into an account that lets nobody in', async () => {
      const all = await placedBefore()
      sts.on(AssumeRoleCommand).rejects(named('AccessDenied'))
      await expect(verify(all, request)).rejects.toMatchObject({ name: 'TargetUnreachable' })
    })
  })

  it.each([
    ['DISTRIBUTING', { ...request, time: '2026-09-09T10:00:00Z' }, 'DistributionTimedOut', /after 90000 seconds/],
    ['CANCELLED', request, 'DistributionFailed', /^CANCELLED: 222233334444 us-east-1: no key \(1 others succeeded\)$/],
  ])('takes %s as it is', async (status, asked, name, message) => {
    say({ status, amis: [there, failed('us-east-1', 'no key')], reason: 'copy failed' })
    await expect(verify(await deps(), asked)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    })
  })

  it.each([
    ['DISTRIBUTING', { name: 'DistributionInProgress', data: { arn: arnOf(2), status: 'DISTRIBUTING' } }],
    ['FAILED', { name: 'DistributionRetriable', data: { arn: arnOf(2), failure: '222233334444 us-east-1: no key' } }],
  ])('says which distribution is %s, to go on with', async (status, error) => {
    say({ status, amis: [there, failed('us-east-1', 'no key')], reason: 'copy failed' })
    await expect(verify(await deps(), request)).rejects.toMatchObject(error)
  })

  it('counts a day from the last retry', async () => {
    const retried = [{ accounts: [account], arn: arnOf(2), retriedAt: ['2026-09-09T09:30:00Z'] }]
    say({ status: 'DISTRIBUTING' })
    const late = { ...request, time: '2026-09-09T10:00:00Z' }
    await expect(verify(await deps({}, retried), late)).rejects.toMatchObject({
      name: 'DistributionInProgress',
    })
  })

  it('gives up what failed after two retries, naming each target, and how many have theirs', async () => {
    const retriedAt = ['2026-09-08T09:20:00Z', '2026-09-08T09:40:00Z']
    const retried = two.map((part) => ({ ...part, retriedAt }))
    say({ status: 'FAILED', amis: [there, failed('us-east-1', 'no key')] }, 2)
    say({ status: 'FAILED', amis: [], reason: 'no role' }, 3)
    await expect(verify(await deps({}, retried), request)).rejects.toMatchObject({
      name: 'DistributionFailed',
      message:
        'FAILED: 222233334444 us-east-1: no key; FAILED: no role; Image Builder does not say which targets it is about (1 others succeeded)',
    })
  })

  it('waits for each distribution of the ring before it retries any', async () => {
    say({ status: 'FAILED' }, 2)
    say({ status: 'DISTRIBUTING' }, 3)
    await expect(verify(await deps({}, two), request)).rejects.toMatchObject({
      name: 'DistributionInProgress',
      data: { arn: arnOf(3), status: 'DISTRIBUTING' },
    })
  })

  it('forgets earlier reports of a distribution before it asks', async () => {
    const all = await deps({}, two)
    for (const n of [2, 3]) await seed(all.ledger, waitKey(n), { outcome: { status: 'FAILED' }, taskToken: 't' })
    world.imageBuilder.on(GetImageCommand).callsFake(async ({ imageBuildVersionArn: arn }) => {
      expect(await all.ledger.table.get(keyOf('wait', { id: arn }))).not.toHaveProperty('outcome')
      return { image: { state: { status: 'DISTRIBUTING' } } }
    })
    await expect(verify(all, request)).rejects.toMatchObject({ name: 'DistributionInProgress' })
    expect(await all.ledger.table.get(waitKey(3))).toEqual({ ...waitKey(3), schema: 1 })
  })

  it('does not take an answer for true that is older than the event, and remembers what was reported', async () => {
    const all = await deps()
    const outcome = { status: 'AVAILABLE', at: '2026-09-08T09:59:58Z' }
    await seed(all.ledger, waitKey(2), { outcome })
    say({ status: 'INTEGRATING', amis: [] })
    for (const _ of [1, 2])
      await expect(verify(all, request)).rejects.toMatchObject({
        name: 'AnswersLate',
        message: `${arnOf(2)} has ended as AVAILABLE, and Image Builder still answers INTEGRATING`,
      })
    say({})
    expect(await verify(all, request)).toEqual({ targets: 2 })
    expect(await all.ledger.table.get(waitKey(2))).not.toHaveProperty('outcome')
  })

  it('takes no event for news that is of before the last retry', async () => {
    const retried = [{ accounts: [account], arn: arnOf(2), retriedAt: ['2026-09-08T09:30:00Z'] }]
    const all = await deps({}, retried)
    await seed(all.ledger, waitKey(2), { outcome: { status: 'FAILED', at: '2026-09-08T09:29:00Z' } })
    say({ status: 'DISTRIBUTING' })
    await expect(verify(all, request)).rejects.toMatchObject({ name: 'DistributionInProgress' })
  })

  it('waits for an AMI that is on its way', async () => {
    see({ State: 'pending' })
    await expect(verify(await deps(), request)).rejects.toMatchObject({
      name: 'AnswersLate',
      message: expect.stringMatching(/^222233334444 us-west-2: ami-0a is pending; /),
    })
  })

  it('names every target that does not have the AMI, after it has looked at all', async () => {
    say({ amis: copies.slice(0, 1) })
    ec2.on(DescribeImagesCommand).resolves({ Images: [] })
    await expect(verify(await deps(), request)).rejects.toMatchObject({
      name: 'AnswersLate',
      message: '222233334444 us-west-2: ami-0a is not visible; 222233334444 us-east-1: no AMI',
    })
  })

  it.each([
    ['is not available', { State: 'disabled' }, {}, /^222233334444 us-west-2: ami-0a is disabled; /],
    ['is somebody else’s', { OwnerId: build }, {}, /ami-0a is owned by 111122223333 and not by 222233334444/],
    ['is not encrypted', {}, { Encrypted: false }, /ami-0a is not encrypted/],
  ])('names an AMI that %s', async (_, image, ebs, message) => {
    see(image, ebs)
    await expect(verify(await deps(), request)).rejects.toMatchObject({
      name: 'DistributionIncomplete',
      message: expect.stringMatching(message),
    })
  })

  it('tags the snapshots of copies with the fleet, and remembers them', async () => {
    const all = await deps()
    await verify(all, request)
    const tags = ec2.commandCalls(CreateTagsCommand).map(({ args }) => args[0].input)
    expect(tags).toEqual(
      ['snap-ami-0a', 'snap-ami-0b'].map((id) => ({
        Resources: [id],
        Tags: [{ Key: 'rebake:fleet', Value: 'golden' }],
      })),
    )
    expect(await all.ledger.table.get(key)).toMatchObject({
      distributed: { early: [{ snapshots: ['snap-ami-0a'] }, { snapshots: ['snap-ami-0b'] }] },
    })
  })

  it('goes on where it may not tag them, and does not where EC2 fails', async () => {
    ec2.on(CreateTagsCommand).rejects(named('UnauthorizedOperation'))
    expect(await verify(await deps(), request)).toEqual({ targets: 2 })
    ec2.on(CreateTagsCommand).rejects(named('InvalidSnapshot.NotFound'))
    await expect(verify(await deps(), request)).rejects.toMatchObject({ name: 'DistributionIncomplete' })
  })

  const keyArn = (id: string, owner = account, region = 'us-east-1') => `arn:aws:kms:${region}:${owner}:${id}`
  it.each([
    ['the key itself', keyArn('key/k', '{account}'), keyArn('key/k'), true],
    ['another key', keyArn('key/k', '{account}'), keyArn('key/other'), false],
    ['a key where the alias is', keyArn('alias/images', '{account}'), keyArn('key/k'), true],
    ['a key of another account than the alias', keyArn('alias/images', '{account}'), keyArn('key/k', build), false],
    ['no key', keyArn('alias/images', '{account}'), undefined, false],
  ])('compares the key of the snapshots: %s', async (_, expected, found, fits) => {
    seeKey(found as string)
    const verified = verify(await deps({ kmsKeys: { 'us-east-1': expected } }), request)
    if (fits) await expect(verified).resolves.toEqual({ targets: 2 })
    else
      await expect(verified).rejects.toMatchObject({
        name: 'DistributionIncomplete',
        message: expect.stringMatching(/^222233334444 us-east-1: ami-0b is encrypted with .* and not with /),
      })
  })

  it('looks at what is shared from the target, and asks the build account for its key', async () => {
    const shared = [copy('us-west-2', 'ami-0a', build), copy('us-east-1', 'ami-0b', build)]
    say({ amis: shared })
    see({ OwnerId: build })
    seeKey(keyArn('key/far', build))
    const kmsKeys = {
      'us-west-2': keyArn('key/near', build, 'us-west-2'),
      'us-east-1': keyArn('key/far', build),
    }
    const all = await deps({ mode: 'share', kmsKeys })
    expect(await verify(all, request)).toEqual({ targets: 2 })
    expect(await all.ledger.table.get(key)).toMatchObject({
      distributed: {
        early: [
          { ...targets[0], ami: 'ami-0a' },
          { ...targets[1], ami: 'ami-0b' },
        ],
      },
    })
  })

  it.each([
    [[''], []],
    [['999900001111'], []],
    [
      ['999900001111', '222233334444'],
      ['COPY#ami-0a', 'COPY#ami-0b'],
    ],
  ])('remembers the copies in the accounts %j, that may release them', async (upstreamAccounts, remembered) => {
    const all = await deps()
    await verify({ ...all, upstreamAccounts }, request)
    const found = [...all.ledger.items.values()].filter(({ sk }) => sk === 'COPY')
    expect(found.map(({ pk }) => pk)).toEqual(remembered)
    for (const each of found) expect(each).toMatchObject({ image: 'web', campaign: 'c', account })
  })

  it('remembers with the release what is where: also what nobody could verify', async () => {
    const all = await deps()
    await all.ledger.table.set(key, { version: '1.0.1/1' })
    await all.ledger.table.set(keyOf('release', { image: 'web', version: '1.0.1/1' }), {
      copies: { first: [] },
      distributed: { first: [] },
    })
    await verify(all, request)
    const copies = [
      { ...targets[0], ami: 'ami-0a' },
      { ...targets[1], ami: 'ami-0b' },
    ]
    expect(await all.ledger.table.get(keyOf('release', { image: 'web', version: '1.0.1/1' }))).toMatchObject({
      copies: { first: [], early: copies },
      distributed: { first: [], early: copies },
    })
    await all.ledger.table.set(key, { version: '1.0.2/1' })
    say({ status: 'FAILED', amis: [there, failed('us-east-1', 'no key')], reason: 'copy failed' })
    await expect(verify(all, request)).rejects.toThrow()
    expect(await all.ledger.table.get(keyOf('release', { image: 'web', version: '1.0.2/1' }))).toMatchObject({
      copies: { early: [copies[0]] },
    })
  })

  it('keeps what was verified in the rings before', async () => {
    const all = await deps()
    const placed = [{ account, region: 'us-west-2', ami: 'ami-0z' }]
    await all.ledger.table.set(key, { distributed: { first: placed } })
    await verify(all, request)
    expect(await all.ledger.table.get(key)).toMatchObject({ distributed: { first: placed, early: [{}, {}] } })
  })

  it('keeps the copies in mind that were made when it was rolled out before', async () => {
    const all = await deps()
    const { version } = (await all.ledger.table.get(key)) ?? {}
    const release = keyOf('release', { image: 'web', version: version ?? '' })
    const before = [{ account, region: 'us-west-2', ami: 'ami-0z' }]
    say({ amis: copies.map((each) => ({ ...each, state: { status: 'AVAILABLE' } })) })
    await all.ledger.table.set(release, { copies: { first: before, early: before } })
    for (const _ of [1, 2]) await verify(all, request)
    expect(await all.ledger.table.get(release)).toMatchObject({
      copies: {
        first: before,
        early: [...before, { ...targets[0], ami: 'ami-0a' }, { ...targets[1], ami: 'ami-0b' }],
      },
      distributed: { early: [{ ami: 'ami-0a' }, { ami: 'ami-0b' }] },
    })
  })

  it('says which account does not let it in', async () => {
    sts.on(AssumeRoleCommand).rejects(named('AccessDenied', 'not authorized'))
    await expect(verify(await deps(), request)).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: expect.stringContaining('arn:aws:iam::222233334444:role/golden-publish'),
    })
  })

  it('leaves throttling to anybody who tries again', async () => {
    ec2.on(DescribeImagesCommand).rejects(named('RequestLimitExceeded'))
    await expect(verify(await deps(), request)).rejects.toMatchObject({ name: 'RequestLimitExceeded' })
  })

  it('verifies nothing that was not distributed', async () => {
    await expect(verify(await deps({}, []), request)).rejects.toThrow('nothing was distributed to ring early')
  })
})
