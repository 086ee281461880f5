import { beforeAll, describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { copyFailures } from '../../emulator/services/imagebuilder/copies.ts'
import type { World } from '../../emulator/world/world.ts'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { slow } from '../support/rehearsal.ts'
import { accounts, build, copiesIn, fleetOf, pointers, ringStage, start } from './ring-rehearsal.ts'

type Rehearse = Awaited<ReturnType<typeof ringStage>>

const parameter = '/golden-images/base'
const homeKey = (region: string) => `arn:aws:kms:${region}:${build.account}:key/1a2b3c4d-0000-1111-2222-333344445555`
const ownKey = 'arn:aws:kms:us-east-1:{account}:key/0a1b2c3d-0000-1111-2222-333344445555'
const alarm = `arn:aws:cloudwatch:us-west-2:${build.account}:alarm:orders`
const theirAlarm = (account: string) => `arn:aws:cloudwatch:us-east-1:${account}:alarm:web`
const stable = ({ aws }: World) => aws.ssm.valueOf('/small/images/base/stable', build)
const hour = 3_600_000
const minute = 60_000

describe('three rings, sixty accounts, three regions', { timeout: slow * 2 }, () => {
  const regions = ['us-west-2', 'us-east-1', 'eu-west-1']
  const first = accounts(0, 3)
  // More than one distribution takes.
  const members = accounts(100, 52)
  const shared = accounts(200, 5)
  const excepted = '200000000900'
  const suspended = '200000000901'
  const unit = 'ou-exam-11111111'
  const below = 'ou-exam-22222222'
  const organization = {
    units: [
      { id: unit, parent: 'r-exam' },
      { id: below, parent: unit },
    ],
    accounts: [
      ...members.map((id, i) => ({ id, parent: i < 40 ? unit : below })),
      { id: build.account, parent: unit },
      { id: excepted, parent: below },
      { id: suspended, parent: unit, state: 'SUSPENDED' as const },
    ],
  }
  const fleet = fleetOf({
    first: {
      accounts: first,
      regions,
      kmsKeys: { 'us-east-1': ownKey },
      soak: '1h',
      alarm,
      tags: { stage: 'first' },
    },
    members: {
      organizationalUnits: [unit],
      except: [excepted],
      regions,
      soak: '2h',
      launchTemplates: ['{image}-web', { name: 'batch', default: false }],
    },
    shared: {
      accounts: shared,
      regions,
      mode: 'share',
      alarm: theirAlarm(shared[0] ?? ''),
      kmsKeys: Object.fromEntries(regions.slice(1).map((region) => [region, homeKey(region)])),
    },
  })
  const arrange = ({ aws }: World) => {
    aws.cloudwatch.addAlarm({ ...build, name: 'orders', composite: true })
    aws.cloudwatch.addAlarm({ account: shared[0] ?? '', region: 'us-east-1', name: 'web' })
    for (const account of members)
      for (const region of regions)
        for (const name of ['base-web', 'batch']) {
          const data = {
            ImageId: 'ami-00000000000000000',
            InstanceType: 'm7i.large' as const,
            KeyName: 'team',
          }
          aws.ec2.launchTemplates.add({ account, region, name, data, tags: { 'rebake:fleet': 'small' } })
        }
  }
  let all: Awaited<ReturnType<Rehearse>>
  beforeAll(async () => {
    const rehearse = await ringStage(fleet)
    const targets = [...first, ...members, ...shared]
    all = await rehearse({ targets, organization, arrange })
  }, slow * 2)

  it('releases the image', () => {
    expect(all.status).toBe('released')
    expect(stable(all.world)).toMatch(/^ami-/)
  })

  it('points every parameter to an AMI that its target may launch, made of the one that was checked', () => {
    const source = stable(all.world)
    const copied = pointers(all.world, parameter, [...first, ...members], regions)
    expect(copied).toHaveLength(55 * 3)
    for (const { account, ami } of copied) {
      expect(ami?.image).toMatchObject({ OwnerId: account, SourceImageId: source, State: 'available' })
      expect(ami?.image.BlockDeviceMappings?.every(({ Ebs: ebs }) => ebs?.Encrypted)).toBe(true)
    }
    expect(new Set(copied.map(({ id }) => id)).size).toBe(copied.length)

    const pointed = pointers(all.world, parameter, shared, regions)
    expect(pointed).toHaveLength(5 * 3)
    for (const { account, region, ami } of pointed) {
      expect(ami?.image.OwnerId).toBe(build.account)
      expect(ami?.sharedWith.has(account)).toBe(true)
      if (region === build.region) expect(ami?.image.ImageId).toBe(source)
      else {
        expect(ami?.image.SourceImageId).toBe(source)
        const keys = ami?.image.BlockDeviceMappings?.map(({ Ebs: ebs }) => ebs?.KmsKeyId)
        expect(keys).toEqual([homeKey(region)])
      }
    }
    expect(new Set(pointed.map(({ id }) => id)).size).toBe(3)
  })

  it('points nobody else there: not the excepted, not the suspended, not the build account', () => {
    const others = pointers(all.world, parameter, [excepted, suspended, build.account], regions)
    expect(others.filter(({ id }) => id !== undefined)).toEqual([])
  })

  it('copies to each target once, and shares one copy for each region', () => {
    const copies = copiesIn(all.world)
    const expected = [...first, ...members].flatMap((account) => regions.map((region) => `${account} ${region}`))
    expect([...copies.keys()].sort()).toEqual(
      [...expected, ...regions.slice(1).map((region) => `${build.account} ${region}`)].sort(),
    )
    expect([...copies.values()].every((count) => count === 1)).toBe(true)
  })

  it('gives each account of the first ring its own key, and tags of the ring', () => {
    for (const { account, ami } of pointers(all.world, parameter, first, ['us-east-1'])) {
      const keys = ami?.image.BlockDeviceMappings?.map(({ Ebs: ebs }) => ebs?.KmsKeyId)
      expect(keys).toEqual([ownKey.replace('{account}', account)])
      expect(ami?.image.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'stage', Value: 'first' },
          { Key: 'rebake:ring', Value: 'first' },
          { Key: 'rebake:image', Value: 'base' },
        ]),
      )
    }
  })

  it('gives the launch templates a version with the AMI, and nothing else of theirs changes', () => {
    for (const { account, region, id } of pointers(all.world, parameter, members, regions))
      for (const [name, isDefault] of [
        ['base-web', true],
        ['batch', false],
      ] as const) {
        const template = all.world.aws.ec2.launchTemplates.find(name, { account, region })
        expect(template?.versions.map(({ LaunchTemplateData: data }) => data)).toEqual([
          { ImageId: 'ami-00000000000000000', InstanceType: 'm7i.large', KeyName: 'team' },
          { ImageId: id, InstanceType: 'm7i.large', KeyName: 'team' },
        ])
        expect(template?.default).toBe(isDefault ? 2 : 1)
      }
  })

  it('makes calls that AWS would take', () => {
    if (validates) expect(invalidCalls(all.calls)).toBe('')
  })

  it('soaks between rings', () => {
    const distributed = all.world.aws.calls.filter(({ operation }) => operation === 'DistributeImage')
    const times = Map.groupBy(
      distributed,
      ({ input }) => (input as { tags: Record<string, string> }).tags['rebake:ring'],
    )
    expect([...times].map(([ring, calls]) => [ring, calls.length])).toEqual([
      ['first', 3],
      ['members', 2],
      ['shared', 1],
    ])
    const begins = [...times.values()].map(([call]) => Date.parse(call?.time ?? ''))
    expect((begins[1] ?? 0) - (begins[0] ?? 0)).toBeGreaterThan(hour)
    expect((begins[2] ?? 0) - (begins[1] ?? 0)).toBeGreaterThan(2 * hour)
  })
})

describe('copies that fail in a ring, and then come again', { timeout: slow }, () => {
  const first = accounts(0, 1)
  const second = accounts(10, 3)
  const where = ['us-west-2', 'us-east-1']
  const everyone = [...first, ...second]
  const places = (who: string[]) => who.flatMap((account) => where.map((region) => `${account} ${region}`))
  let rehearse: Rehearse
  beforeAll(async () => {
    rehearse = await ringStage(
      fleetOf({
        first: { accounts: first, regions: where, soak: '1h' },
        second: { accounts: second, regions: where },
      }),
    )
  }, slow)

  const has = (world: World, who: string[]) => pointers(world, parameter, who, where).map(({ id }) => id !== undefined)

  /** One of each kind, in four targets of the ring. */
  const failing = Object.values(copyFailures).map((reason, i) => {
    const [account = '', region = ''] = (places(second)[i] ?? '').split(' ')
    return { account, region, reason }
  })

  it('each once, for another reason: they are made again and nothing else, and the next release goes there too', async () => {
    const failedCopies = failing.map((each) => ({ ...each, attempts: 1 }))
    const seen: { has: boolean[]; copies: Map<string, number>; retries: number }[] = []
    const retriesIn = ({ aws }: World) => aws.calls.filter(({ operation }) => operation === 'RetryImage').length
    const { world, status, calls } = await rehearse({
      targets: everyone,
      outcome: () => ({ failedCopies }),
      releasedAfter: [0, 24],
      arrange: (world) =>
        world.clock.at(Date.parse(start) + 24 * hour - minute, async () => {
          seen.push({ has: has(world, everyone), copies: copiesIn(world), retries: retriesIn(world) })
          failedCopies.length = 0
        }),
    })
    const [released] = seen
    expect(released?.has).toEqual(places(everyone).map(() => true))
    expect([...(released?.copies ?? [])].sort()).toEqual(
      places(everyone)
        .map((place) => [place, 1])
        .sort(),
    )
    expect(released?.retries).toBe(1)

    expect(status).toBe('released')
    const source = stable(world)
    for (const { ami } of pointers(world, parameter, everyone, where)) expect(ami?.image.SourceImageId).toBe(source)
    expect([...copiesIn(world).values()]).toEqual(places(everyone).map(() => 2))
    const changed = world.aws.calls.filter(({ operation }) => operation === 'UpdateDistributionConfiguration')
    expect(changed).toHaveLength(2)
    if (validates) expect(invalidCalls(calls)).toBe('')
  })
})

/** Each goes wrong for an image of its own in a ring of its own, in one release of all. */
describe('what goes wrong in a ring', { timeout: slow }, () => {
  const where = ['us-west-2', 'us-east-1']
  const stackless = '200000000500'
  const [first = '', after = '', untemplated = '', untagged = '', sound = '', alarming = ''] = accounts(0, 6)
  const second = accounts(10, 3)
  const places = second.flatMap((account) => where.map((region) => `${account} ${region}`))

  const alarms = {
    'fires-and-is-quiet-again': {
      changes: [
        ['ALARM', 80],
        ['OK', 85],
      ],
      status: 'failed',
      why: 'fired at 2026-09-01T07:20',
    },
    'fires-and-stays-so': { changes: [['ALARM', 80]], status: 'failed', why: 'fired at 2026-09-01T07:20' },
    'fired-before-and-is-still-so': { changes: [['ALARM', 1]], status: 'failed', why: 'fired at 2026-09-01T06:01' },
    'fired-before-and-is-quiet-again': {
      changes: [
        ['ALARM', 1],
        ['OK', 10],
      ],
      status: 'released',
      why: '',
    },
    'has-no-data': { changes: [['INSUFFICIENT_DATA', 80]], status: 'released', why: '' },
  } as const
  const names = Object.keys(alarms) as (keyof typeof alarms)[]
  const arnOf = (name: string) => `arn:aws:cloudwatch:us-west-2:${build.account}:alarm:${name}`

  const alarmed = [...names, 'is-not-there']
  const rings: Record<string, { accounts: string[]; regions: string[]; [more: string]: unknown }> = {
    ...Object.fromEntries(
      alarmed.map((name, i) => [
        name,
        { accounts: accounts(20 + i, 1), regions: ['us-west-2'], soak: '1h', alarm: arnOf(name) },
      ]),
    ),
    first: { accounts: [first], regions: where },
    second: { accounts: second, regions: where },
    after: { accounts: [after], regions: where },
    stackless: { accounts: [stackless], regions: where },
    missing: { accounts: [untemplated], regions: where, launchTemplates: ['missing'] },
    theirs: { accounts: [untagged, sound], regions: where, launchTemplates: ['theirs'] },
    last: { accounts: [alarming], regions: where, soak: '1h', alarm: theirAlarm(alarming) },
  }
  const ringsOf: Record<string, string[]> = {
    ...Object.fromEntries(alarmed.map((name) => [`alarm-${name}`, [name, 'after']])),
    copies: ['first', 'second'],
    stackless: ['first', 'stackless'],
    missing: ['first', 'missing'],
    theirs: ['first', 'theirs'],
    last: ['first', 'last'],
  }
  const { base } = fleetOf(rings).images
  const fleet = {
    ...fleetOf(rings),
    concurrentBakes: Object.keys(ringsOf).length,
    images: Object.fromEntries(Object.entries(ringsOf).map(([name, rings]) => [name, { ...base, rings }])),
  } as Fleet

  /** One of each kind, in four targets of the ring. */
  const failing = Object.values(copyFailures).map((reason, i) => {
    const [account = '', region = ''] = (places[i] ?? '').split(' ')
    return { account, region, reason }
  })
  const arrange = ({ aws }: World) => {
    const { cloudwatch, ec2 } = aws
    for (const name of names) {
      cloudwatch.addAlarm({ ...build, name })
      for (const [state, minutes] of alarms[name].changes) cloudwatch.setState(arnOf(name), state, { at: at(minutes) })
    }
    cloudwatch.addAlarm({ account: alarming, region: 'us-east-1', name: 'web' })
    cloudwatch.setState(theirAlarm(alarming), 'ALARM', { at: at(100) })
    for (const region of where) {
      ec2.launchTemplates.add({ account: untagged, region, name: 'theirs' })
      ec2.launchTemplates.add({ account: sound, region, name: 'theirs', tags: { 'rebake:fleet': 'small' } })
    }
  }
  const at = (minutes: number) => Date.parse(start) + minutes * minute
  let all: Awaited<ReturnType<Rehearse>>
  beforeAll(async () => {
    const rehearse = await ringStage(fleet)
    const failedCopies = failing
    all = await rehearse({
      targets: Object.values(rings)
        .flatMap((ring) => ring.accounts)
        .filter((account) => account !== stackless),
      arrange,
      outcome: ({ name }) => (name === 'small-copies' ? { failedCopies } : {}),
    })
  }, slow)

  const of = (image: string) => ({
    status: all.statuses[image],
    reported: all.reportedOf(image),
    stable: all.world.aws.ssm.valueOf(`/small/images/${image}/stable`, build),
  })
  /** Whether the targets of each ring of an image have it. */
  const has = (image: string) =>
    (ringsOf[image] ?? []).map((name) => {
      const { accounts: who = [], regions = [] } = rings[name] ?? {}
      return pointers(all.world, `/golden-images/${image}`, who, regions).map(({ id }) => id !== undefined)
    })

  it('copies that keep failing are named with why, after two retries', () => {
    const { status, reported, stable } = of('copies')
    expect(status).toBe('failed')
    const retries = all.world.aws.calls.filter(
      ({ operation, input }) => operation === 'RetryImage' && JSON.stringify(input).includes('small-copies'),
    )
    expect(retries).toHaveLength(2)
    for (const { account, region, reason } of failing) expect(reported).toContain(`${account} ${region}: ${reason}`)
    const failed = failing.map(({ account, region }) => `${account} ${region}`)
    const good = places.filter((place) => !failed.includes(place))
    expect(good.length).toBeGreaterThan(0)
    for (const place of good) expect(reported).not.toContain(place)
    // What succeeded was made once and stays; the ring before keeps what it has; the ring itself points nowhere.
    const copies = all.world.aws.ec2.copies
      .filter((copy) => all.world.aws.ec2.get(copy.image, copy.region)?.image.Name?.includes('copies'))
      .map(({ account, region }) => `${account} ${region}`)
    expect(copies.sort()).toEqual([...where.map((region) => `${first} ${region}`), ...good].sort())
    expect(has('copies')).toEqual([[true, true], places.map(() => false)])
    expect(stable).toBeUndefined()
  })

  it('an account without the stack is named', () => {
    const { status, reported } = of('stackless')
    expect(status).toBe('failed')
    for (const region of where) expect(reported).toContain(`${stackless} ${region}`)
    expect(has('stackless')[0]).toEqual([true, true])
  })

  it.each([
    ['does not exist', 'missing', untemplated],
    ['may not be changed', 'theirs', untagged],
  ])('a launch template that %s is named with its targets, and all parameters point', (why, image, broken) => {
    const { status, reported, stable } = of(image)
    expect(status).toBe('failed')
    expect(reported).toContain(`launch template ${image} ${why}`)
    expect(reported).toContain(`${broken} us-west-2, ${broken} us-east-1`)
    expect(has(image).flat()).not.toContain(false)
    expect(stable).toBeUndefined()
  })

  it.each(names)('an alarm that %s', (name) => {
    const { status, why } = alarms[name]
    const { status: became, reported } = of(`alarm-${name}`)
    expect(became).toBe(status)
    expect(has(`alarm-${name}`)).toEqual([[true], where.map(() => status === 'released')])
    expect(reported).toContain(why)
  })

  it('an alarm that is not there stops the next ring', () => {
    const { status, reported } = of('alarm-is-not-there')
    expect(status).toBe('failed')
    expect(reported).toContain(`there is no ${arnOf('is-not-there')}`)
    expect(has('alarm-is-not-there')).toEqual([[true], [false, false]])
  })

  it('an alarm of the last ring, in a target, stops the image before it is stable', () => {
    const { status, reported, stable } = of('last')
    expect(status).toBe('failed')
    expect(reported).toContain('alarm web of ring last fired at 2026-09-01T07:40')
    expect(has('last').flat()).not.toContain(false)
    expect(stable).toBeUndefined()
  })
})
