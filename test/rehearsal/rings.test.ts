import { beforeAll, describe, expect, it } from 'vitest'
import { copyFailures } from '../../emulator/services/imagebuilder/copies.ts'
import type { World } from '../../emulator/world/world.ts'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { slow } from '../support/rehearsal.ts'
import { accounts, build, copiesIn, fleetOf, pointers, regions, ringStage, start } from './ring-rehearsal.ts'

type Rehearse = Awaited<ReturnType<typeof ringStage>>

const parameter = '/golden-images/base'
const homeKey = (region: string) => `arn:aws:kms:${region}:${build.account}:key/1a2b3c4d-0000-1111-2222-333344445555`
const ownKey = 'arn:aws:kms:us-east-1:{account}:key/0a1b2c3d-0000-1111-2222-333344445555'
const alarm = `arn:aws:cloudwatch:us-west-2:${build.account}:alarm:orders`
const theirAlarm = (account: string) => `arn:aws:cloudwatch:us-east-1:${account}:alarm:web`
const stable = ({ standIn }: World) => standIn.ssm.valueOf('/small/images/base/stable', build)
const hour = 3_600_000

describe('three rings, sixty accounts, six regions', { timeout: slow * 2 }, () => {
  const first = accounts(0, 3)
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
  const arrange = ({ standIn }: World) => {
    standIn.cloudwatch.addAlarm({ ...build, name: 'orders', composite: true })
    standIn.cloudwatch.addAlarm({ account: shared[0] ?? '', region: 'us-east-1', name: 'web' })
    for (const account of members)
      for (const region of regions)
        for (const name of ['base-web', 'batch']) {
          const data = {
            ImageId: 'ami-00000000000000000',
            InstanceType: 'm7i.large' as const,
            KeyName: 'team',
          }
          standIn.ec2.launchTemplates.add({ account, region, name, data, tags: { 'rebake:fleet': 'small' } })
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
    const copied = pointers(all.world, parameter, [...first, ...members])
    expect(copied).toHaveLength(55 * 6)
    for (const { account, ami } of copied) {
      expect(ami?.image).toMatchObject({ OwnerId: account, SourceImageId: source, State: 'available' })
      expect(ami?.image.BlockDeviceMappings?.every(({ Ebs: ebs }) => ebs?.Encrypted)).toBe(true)
    }
    expect(new Set(copied.map(({ id }) => id)).size).toBe(copied.length)

    const pointed = pointers(all.world, parameter, shared)
    expect(pointed).toHaveLength(5 * 6)
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
    expect(new Set(pointed.map(({ id }) => id)).size).toBe(6)
  })

  it('points nobody else there: not the excepted, not the suspended, not the build account', () => {
    const others = pointers(all.world, parameter, [excepted, suspended, build.account])
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
    for (const { account, region, id } of pointers(all.world, parameter, members))
      for (const [name, isDefault] of [
        ['base-web', true],
        ['batch', false],
      ] as const) {
        const template = all.world.standIn.ec2.launchTemplates.find(name, { account, region })
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
    const distributed = all.world.standIn.calls.filter(({ operation }) => operation === 'DistributeImage')
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

describe('what goes wrong in a ring', { timeout: slow }, () => {
  const first = accounts(0, 2)
  const second = accounts(10, 3)
  const where = ['us-west-2', 'us-east-1']
  const everyone = [...first, ...second]
  const [broken = '', ...sound] = second
  const places = (who: string[]) => who.flatMap((account) => where.map((region) => `${account} ${region}`))
  let rehearse: Rehearse
  beforeAll(async () => {
    rehearse = await ringStage(
      fleetOf({
        first: { accounts: first, regions: where, soak: '1h', alarm },
        second: {
          accounts: second,
          regions: where,
          launchTemplates: ['web'],
          soak: '1h',
          alarm: theirAlarm(broken),
        },
      }),
    )
  }, slow)

  const addAlarms = ({ cloudwatch }: World['standIn']) => {
    cloudwatch.addAlarm({ ...build, name: 'orders' })
    cloudwatch.addAlarm({ account: broken, region: 'us-east-1', name: 'web' })
  }
  const arrange = ({ standIn }: World) => {
    addAlarms(standIn)
    for (const account of second)
      for (const region of where)
        standIn.ec2.launchTemplates.add({ account, region, name: 'web', tags: { 'rebake:fleet': 'small' } })
  }
  const has = (world: World, who: string[]) => pointers(world, parameter, who, where).map(({ id }) => id !== undefined)

  /** One of each kind, in four targets of the ring. */
  const failing = Object.values(copyFailures).map((reason, i) => {
    const [account = '', region = ''] = (places(second)[i] ?? '').split(' ')
    return { account, region, reason }
  })

  it('copies that fail once, each for another reason, are made again, and nothing else', async () => {
    const failedCopies = failing.map((each) => ({ ...each, attempts: 1 }))
    const { world, status } = await rehearse({ targets: everyone, arrange, outcome: { failedCopies } })
    expect(status).toBe('released')
    expect(has(world, everyone)).toEqual(places(everyone).map(() => true))
    const copies = copiesIn(world)
    expect([...copies.keys()].sort()).toEqual(places(everyone).sort())
    expect([...copies.values()].every((count) => count === 1)).toBe(true)
    const retries = world.standIn.calls.filter(({ operation }) => operation === 'RetryImage')
    expect(retries).toHaveLength(1)
  })

  it('copies that keep failing are named with why, after two retries', async () => {
    const all = await rehearse({ targets: everyone, arrange, outcome: { failedCopies: failing } })
    expect(all.status).toBe('failed')
    const retries = all.world.standIn.calls.filter(({ operation }) => operation === 'RetryImage')
    expect(retries).toHaveLength(2)
    for (const { account, region, reason } of failing) expect(all.told).toContain(`${account} ${region}: ${reason}`)
    const failed = failing.map(({ account, region }) => `${account} ${region}`)
    const good = places(second).filter((place) => !failed.includes(place))
    expect(good.length).toBeGreaterThan(0)
    for (const place of good) expect(all.told).not.toContain(place)
    // What succeeded was made once and stays; the ring before keeps what it has; the ring itself points nowhere.
    const copies = copiesIn(all.world)
    expect([...copies.keys()].sort()).toEqual([...places(first), ...good].sort())
    expect([...copies.values()].every((count) => count === 1)).toBe(true)
    expect(has(all.world, first)).toEqual([true, true, true, true])
    expect(has(all.world, second).some(Boolean)).toBe(false)
    expect(stable(all.world)).toBeUndefined()
  })

  it('an account without the stack is named', async () => {
    const all = await rehearse({ targets: [...first, ...sound], arrange })
    expect(all.status).toBe('failed')
    for (const region of where) expect(all.told).toContain(`${broken} ${region}`)
    expect(has(all.world, first)).toEqual([true, true, true, true])
  })

  it.each([
    ['does not exist', ({ standIn }: World) => addAlarms(standIn)],
    [
      'may not be changed',
      (world: World) => {
        arrange(world)
        for (const region of where) world.standIn.ec2.launchTemplates.add({ account: broken, region, name: 'web' })
      },
    ],
  ])('a launch template that %s is named with its targets, and all parameters point', async (why, prepare) => {
    const all = await rehearse({ targets: everyone, arrange: prepare })
    expect(all.status).toBe('failed')
    expect(all.told).toContain(`launch template web ${why}`)
    expect(all.told).toContain(`${broken} us-west-2, ${broken} us-east-1`)
    expect(has(all.world, everyone)).toEqual(places(everyone).map(() => true))
    expect(stable(all.world)).toBeUndefined()
  })

  const at = (minutes: number) => Date.parse(start) + minutes * 60_000
  it.each([
    [
      'fires in the soak and is quiet again',
      [
        ['ALARM', 80],
        ['OK', 85],
      ],
      'failed',
      'fired at 2026-09-01T07:20',
    ],
    ['fires in the soak and stays so', [['ALARM', 80]], 'failed', 'fired at 2026-09-01T07:20'],
    ['fired before the ring was published, and is still so', [['ALARM', 1]], 'failed', 'fired at 2026-09-01T06:01'],
    [
      'fired before the ring was published, and is quiet again',
      [
        ['ALARM', 1],
        ['OK', 10],
      ],
      'released',
      '',
    ],
    ['has no data', [['INSUFFICIENT_DATA', 80]], 'released', ''],
  ] as const)('an alarm that %s', async (_, changes, status, why) => {
    const all = await rehearse({
      targets: everyone,
      arrange: (world) => {
        arrange(world)
        for (const [state, minutes] of changes) world.standIn.cloudwatch.setState(alarm, state, { at: at(minutes) })
      },
    })
    expect(all.status).toBe(status)
    expect(has(all.world, first)).toEqual([true, true, true, true])
    expect(has(all.world, second)).toEqual(places(second).map(() => status === 'released'))
    if (status === 'failed') expect(all.told).toContain(why)
  })

  it('an alarm that is not there stops the next ring', async () => {
    const all = await rehearse({ targets: everyone })
    expect(all.status).toBe('failed')
    expect(all.told).toContain(`there is no ${alarm}`)
    expect(has(all.world, first)).toEqual([true, true, true, true])
    expect(has(all.world, second).some(Boolean)).toBe(false)
  })

  it('an alarm of the last ring, in a target, stops the image before it is stable', async () => {
    const fired = (world: World) => {
      arrange(world)
      world.standIn.cloudwatch.setState(theirAlarm(broken), 'ALARM', { at: at(170) })
    }
    const all = await rehearse({ targets: everyone, arrange: fired })
    expect(all.status).toBe('failed')
    expect(all.told).toContain('alarm web of ring second fired at 2026-09-01T08:50')
    expect(has(all.world, everyone)).toEqual(places(everyone).map(() => true))
    expect(stable(all.world)).toBeUndefined()
  })

  it('the next release changes the configurations, and goes to each target once more', async () => {
    const all = await rehearse({ targets: everyone, arrange, releasedAfter: [0, 24] })
    expect(all.status).toBe('released')
    const source = stable(all.world)
    for (const { ami } of pointers(all.world, parameter, everyone, where)) expect(ami?.image.SourceImageId).toBe(source)
    const copies = copiesIn(all.world)
    expect([...copies.values()]).toEqual(places(everyone).map(() => 2))
    const changed = all.world.standIn.calls.filter(({ operation }) => operation === 'UpdateDistributionConfiguration')
    expect(changed).toHaveLength(2)
    if (validates) expect(invalidCalls(all.calls)).toBe('')
  })
})
