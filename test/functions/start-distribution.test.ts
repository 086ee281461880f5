import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import {
  CreateDistributionConfigurationCommand,
  DistributeImageCommand,
  ImagebuilderClient,
  UpdateDistributionConfigurationCommand,
} from '@aws-sdk/client-imagebuilder'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { beforeEach, describe, expect, it } from 'vitest'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { OutsideChangeWindow } from '../../domain/errors.ts'
import { removeExecution } from '../../domain/locks.ts'
import { hold, recordRevoked } from '../../domain/planning/holds.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import { startDistribution } from '../../functions/start-distribution/start-distribution.ts'
import { changeLocks } from '../../functions/workflow/locks.ts'
import { requireRolloutLock } from '../../functions/workflow/rollout-guard.ts'
import type { Distributing } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  nextCampaign,
  nextRelease,
  type Planned,
  planFor,
  plannedCampaign,
  trigger,
} from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { fakeRelease } from '../support/releases.ts'

const mock = mockOf(ImagebuilderClient)
const organizations = mockOf(OrganizationsClient)
const cloudWatch = mockOf(CloudWatchClient)
const kms = mockOf(KMSClient)
const image = 'al2023-java'
const imageArn = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/1`
const distributionRole = 'arn:aws:iam::111122223333:role/golden-distribution'
const distributed = (build: number) => `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/${build}`
const time = '2026-09-08T12:00:00Z'
const configurationOf = (name: string) =>
  `${imageBuilderArnPrefix}:distribution-configuration/golden-al2023-java-${name}`
const starting = ({ parts: deps }: Planned, more: { ring?: string; fleet?: object; time?: string } = {}) => {
  const { fleet = exampleFleet(), ring = 'early', ...asked } = more
  return startDistribution(
    {
      ...deps,
      fleet: fleet as never,
      distributionRole,
      cloudWatch: cloudWatchOf('golden'),
      kmsIn: () => kms as unknown as KMSClient,
      imageBuilder: mock as unknown as ImagebuilderClient,
      organizations: organizations as unknown as OrganizationsClient,
    },
    { execution: executionOf(image), time, campaign, image, imageArn, ring, ...asked },
  )
}
const started = () => mock.commandCalls(DistributeImageCommand).map((call) => call.args[0].input)
const configured = () => [
  ...mock.commandCalls(CreateDistributionConfigurationCommand).map((call) => call.args[0].input),
  ...mock.commandCalls(UpdateDistributionConfigurationCommand).map((call) => call.args[0].input),
]
const named = (name: string) => Object.assign(new Error(`it is ${name}`), { name })
const account = (i: number) => String(300_000_000_001 + i)

/** The key that an alias stands for. */
const keyFor = (alias: string) => alias.replace(':alias/', ':key/of-')

beforeEach(() => {
  for (const each of [mock, organizations, cloudWatch, kms]) each.reset()
  kms.on(DescribeKeyCommand).callsFake(({ KeyId }: { KeyId: string }) => ({
    KeyMetadata: { Arn: keyFor(KeyId), KeyState: 'Enabled', KeyManager: 'CUSTOMER' },
  }))
  // As Image Builder: the same token is the same request.
  const tokens: string[] = []
  mock.on(DistributeImageCommand).callsFake(({ clientToken }) => {
    if (!tokens.includes(clientToken)) tokens.push(clientToken)
    return { imageBuildVersionArn: distributed(tokens.indexOf(clientToken) + 2) }
  })
  mock.on(CreateDistributionConfigurationCommand).callsFake(({ name }) => ({
    distributionConfigurationArn: `${imageBuilderArnPrefix}:distribution-configuration/${name}`,
  }))
  mock.on(UpdateDistributionConfigurationCommand).resolves({})
})

/** The campaign's order for the image, its rings changed. */
const withRings = async (all: Planned, change: (ring: RingOrder) => Partial<RingOrder>) => {
  const { order } = await all.image(image)
  await all.set(image, {
    order: { ...order, rings: order?.rings.map((ring) => ({ ...ring, ...change(ring) })) } as never,
  })
}
const distributing = async (all: Planned, ring = 'early') =>
  ((await all.image(image)).distributing as Record<string, Distributing>)[ring]

/** A campaign whose al2023-java is a candidate, and rolls out. */
const rollingOut = async (emergency = false) => {
  const all = await plannedCampaign({ cause: { ...trigger, emergency } })
  await all.set(image, { status: 'candidate' })
  // Approvals have tests of their own.
  await withRings(all, () => ({ approval: undefined }) as never)
  await claimFor(all, image, { stage: 'roll-out' })
  return all
}
const overtake = async (all: Planned) => {
  await planFor(all.ledger, nextRelease({ emergency: true }))
  await claimFor(all, image, { campaign: nextCampaign, stage: 'roll-out', taskToken: 'urgent' })
}

describe('start-distribution', () => {
  it('makes the configuration and distributes the image, under a token of its own for each ring', async () => {
    const all = await rollingOut()
    expect(await starting(all)).toEqual({ awaited: distributed(2), lookAfter: 300 })
    expect(await starting(all, { ring: 'everyone' })).toEqual({ awaited: distributed(3), lookAfter: 300 })
    const [early, everyone] = started()
    expect(early).toEqual({
      sourceImage: imageArn,
      distributionConfigurationArn: configurationOf('early'),
      executionRole: distributionRole,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:ring': 'early' },
    })
    expect(everyone?.clientToken).not.toBe(early?.clientToken)
    const [made] = configured()
    expect(made).toMatchObject({ name: 'golden-al2023-java-early', clientToken: expect.any(String) })
    expect(await distributing(all)).toEqual({
      startedAt: time,
      kmsKeys: Object.fromEntries(
        ['us-west-2', 'us-east-1'].map((region) => [region, keyFor(`arn:aws:kms:${region}:111122223333:alias/golden`)]),
      ),
      parts: [{ accounts: exampleFleet().rings.early?.accounts, arn: distributed(2) }],
    })
    expect(await distributing(all, 'everyone')).toMatchObject({ parts: [{ arn: distributed(3) }] })
  })

  it('names the key that each alias stands for, and leaves keys of targets and by their ids as they are', async () => {
    const all = await rollingOut()
    const key = 'arn:aws:kms:us-east-1:999988887777:key/theirs'
    const own = 'arn:aws:kms:us-west-2:{account}:alias/images'
    await withRings(all, () => ({ kmsKeys: { 'us-west-2': own, 'us-east-1': key } }))
    await starting(all)
    const [account = ''] = exampleFleet().rings.early?.accounts ?? []
    const keys = configured()[0]?.distributions?.map((each) => each.amiDistributionConfiguration?.kmsKeyId)
    expect(keys).toEqual([own.replace('{account}', account), key])
    expect(kms.commandCalls(DescribeKeyCommand)).toEqual([])
  })

  it.each([
    ['is not there', () => kms.on(DescribeKeyCommand).rejects(named('NotFoundException')), /there is no key arn/],
    [
      'AWS manages',
      () => kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: 'k', Arn: 'arn', KeyManager: 'AWS' } }),
      /is a key that AWS manages, which no other account can use/,
    ],
    [
      'is disabled',
      () => kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: 'k', Arn: 'arn', KeyState: 'Disabled' } }),
      /is Disabled/,
    ],
  ])('starts nothing with a key that %s', async (_, arrange, message) => {
    arrange()
    const all = await rollingOut()
    await expect(starting(all)).rejects.toMatchObject({
      name: 'DistributionFailed',
      message: expect.stringMatching(message),
    })
    expect(started()).toEqual([])
    expect((await all.image(image)).distributing).toBeUndefined()
  })

  describe('of a release that was rolled out before', () => {
    /** Every target of the ring has it, but for some. */
    const placedBefore = async (without = 0) => {
      const all = await rollingOut()
      const { order } = await all.image(image)
      const { accounts = [], regions = [] } = order?.rings.find(({ ring }) => ring === 'early') ?? {}
      const placed = accounts.flatMap((of) => regions.map((region) => ({ account: of, region, ami: `ami-${region}` })))
      const had = placed.slice(without)
      const release = fakeRelease({ image, imageArn, distributed: { early: had } })
      await all.ledger.releases.recordCandidate(release)
      await all.set(image, { version: release.version })
      return { all, had }
    }

    it('distributes nothing, and says what is there', async () => {
      const { all, had } = await placedBefore()
      for (const _ of [1, 2]) await expect(starting(all)).rejects.toMatchObject({ name: 'CopiesInPlace' })
      expect([started(), configured()]).toEqual([[], []])
      expect(await distributing(all)).toMatchObject({ startedAt: time, inPlace: had, parts: [] })
    })

    it('distributes it where a target has none, and where what was in place has turned out to be gone', async () => {
      const { all } = await placedBefore(1)
      expect(await starting(all)).toEqual({ awaited: distributed(2), lookAfter: 300 })
      const { all: other } = await placedBefore()
      await expect(starting(other)).rejects.toMatchObject({ name: 'CopiesInPlace' })
      await other.set(image, { distributing: { early: { startedAt: time, parts: [] } } })
      expect(await starting(other)).toMatchObject({ awaited: expect.stringContaining(':image/') })
      expect((await distributing(other))?.parts).toHaveLength(1)
    })
  })

  it('starts nothing twice', async () => {
    const all = await rollingOut()
    expect(await starting(all)).toEqual(await starting(all))
    expect(started()).toHaveLength(1)
    expect(configured()).toHaveLength(1)
  })

  it('changes the configuration that is there', async () => {
    mock.on(CreateDistributionConfigurationCommand).rejects(named('ResourceAlreadyExistsException'))
    await starting(await rollingOut())
    const [made, changed] = configured()
    const { name, ...same } = made as { name: string }
    expect(name).toBe('golden-al2023-java-early')
    expect(changed).toEqual({
      ...same,
      distributionConfigurationArn: configurationOf('early'),
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(started()[0]?.distributionConfigurationArn).toBe(configurationOf('early'))
  })

  it('splits many accounts, and goes on where a quota stopped it, with the accounts that it began with', async () => {
    const all = await rollingOut()
    await withRings(all, () => ({ accounts: Array.from({ length: 110 }, (_, i) => account(i)) }))
    mock
      .on(DistributeImageCommand)
      .resolvesOnce({ imageBuildVersionArn: distributed(2) })
      .rejectsOnce(named('ServiceQuotaExceededException'))
      .resolvesOnce({ imageBuildVersionArn: distributed(3) })
      .resolves({ imageBuildVersionArn: distributed(4) })
    await expect(starting(all)).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' })
    await withRings(all, () => ({ accounts: [account(0)] }))
    expect(await starting(all, { time: '2026-09-08T12:05:00Z' })).toEqual({ awaited: distributed(2), lookAfter: 300 })
    const { startedAt, parts } = (await distributing(all)) as Distributing
    expect(startedAt).toBe(time)
    expect(parts.map(({ accounts, arn }) => [accounts.length, accounts[0], arn])).toEqual([
      [50, account(0), distributed(2)],
      [50, account(50), distributed(3)],
      [10, account(100), distributed(4)],
    ])
    expect(started().map(({ distributionConfigurationArn: arn }) => arn)).toEqual(
      ['early', 'early--2', 'early--2', 'early--3'].map(configurationOf),
    )
    expect(new Set(started().map(({ clientToken }) => clientToken)).size).toBe(3)
  })

  it('finds the accounts of organizational units', async () => {
    const all = await rollingOut()
    await withRings(all, () => ({ accounts: [], organizationalUnits: ['ou-exam-12345678'] }))
    organizations.on(ListOrganizationalUnitsForParentCommand).resolves({})
    organizations.on(ListAccountsForParentCommand).resolves({})
    await expect(starting(all)).rejects.toMatchObject({
      name: 'DistributionFailed',
      message: 'ring early has no active account',
    })
    organizations.on(ListAccountsForParentCommand).resolves({ Accounts: [{ Id: account(1), State: 'ACTIVE' }] })
    await starting(all)
    expect((await distributing(all))?.parts[0]?.accounts).toEqual([account(1)])
  })

  it('asks the alarm of the ring before, since it was published there', async () => {
    const alarm = 'arn:aws:cloudwatch:us-west-2:111122223333:alarm:errors'
    const all = await rollingOut()
    await withRings(all, ({ ring }) => (ring === 'early' ? { alarm } : {}))
    await all.set(image, { published: { early: '2026-09-08T11:00:00Z' } } as never)
    await starting(all)
    expect(cloudWatch.calls()).toEqual([])
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'errors', StateValue: 'ALARM' }] })
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({})
    await expect(starting(all, { ring: 'everyone' })).rejects.toMatchObject({ name: 'AlarmFired' })
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)[0]?.args[0].input.StartDate).toEqual(
      new Date('2026-09-08T11:00:00Z'),
    )
    expect(started()).toHaveLength(1)
  })

  describe('an alarm that fires while the next ring is closed for weeks', () => {
    const alarm = 'arn:aws:cloudwatch:us-west-2:111122223333:alarm:errors'
    const day = 24 * 3_600_000
    const publishedAt = Date.parse('2026-09-01T06:00:00Z')
    const at = (days: number) => new Date(publishedAt + days * day).toISOString()
    const known = (now: string, { StartDate }: { StartDate?: Date }) =>
      Math.max(Date.parse(now) - 30 * day, StartDate?.getTime() ?? 0)

    /** The rollout from the end of its soak on, as the state machine goes: it comes back when it is asked to. */
    const goingOn = async (fires: number, closed: object, soak = 0) => {
      const all = await rollingOut()
      await withRings(all, ({ ring }) => (ring === 'early' ? { alarm } : {}))
      await all.set(image, { published: { early: at(0) } } as never)
      let now = at(soak)
      const fired = () => Date.parse(now) >= publishedAt + fires * day
      const isOn = () => fired() && Date.parse(now) < publishedAt + (fires + 1) * day
      cloudWatch.on(DescribeAlarmsCommand).callsFake(() => ({
        MetricAlarms: [
          { AlarmName: 'errors', StateValue: isOn() ? 'ALARM' : 'OK', StateUpdatedTimestamp: new Date(now) },
        ],
      }))
      cloudWatch.on(DescribeAlarmHistoryCommand).callsFake((input) => {
        const Timestamp = new Date(publishedAt + fires * day)
        const HistoryData = JSON.stringify({ newState: { stateValue: 'ALARM' } })
        return {
          AlarmHistoryItems: fired() && Timestamp.getTime() >= known(now, input) ? [{ Timestamp, HistoryData }] : [],
        }
      })
      const fleet = { ...exampleFleet(), freezes: {}, ...closed }
      const waits: number[] = []
      for (;;) {
        const answer = await starting(all, { ring: 'everyone', time: now, fleet }).catch((error: Error) => error)
        if (!(answer instanceof OutsideChangeWindow)) return { answer, waits, all }
        waits.push((Date.parse(answer.data.opensAt) - Date.parse(now)) / day)
        now = answer.data.opensAt
      }
    }
    const frozen = (days: number) => ({
      freezes: { long: { reason: 'long', from: at(0).slice(0, 16), to: at(days).slice(0, 16), timezone: 'UTC' } },
    })

    it.each(Array.from({ length: 35 }, (_, days) => days))('on day %d stops the image', async (fires) => {
      expect(await goingOn(fires + 0.5, frozen(35.5))).toMatchObject({ answer: { name: 'AlarmFired' } })
      expect(started()).toEqual([])
    })

    it.each([0.5, 9.5, 20.5, 39.5])('on day %d of a freeze of 40 days stops the image', async (fires) => {
      expect(await goingOn(fires, frozen(40))).toMatchObject({ answer: { name: 'AlarmFired' } })
    })

    it('is asked every two weeks, and what it said is kept; people are notified once of the whole wait', async () => {
      const { answer, waits, all } = await goingOn(100, frozen(35))
      expect(answer).toEqual({ awaited: distributed(2), lookAfter: 300 })
      expect(waits).toEqual([14, 14, 7])
      expect((await all.image(image)).quiet).toEqual({ early: at(35) })
      expect((await all.image(image)).waiting?.until).toBe(at(35))
      expect(all.reported.filter(({ kind }) => kind === 'campaign-waiting')).toHaveLength(1)
    })

    it('lets nobody go on where nobody has asked for longer than CloudWatch remembers', async () => {
      const { answer } = await goingOn(100, {}, 29.1)
      expect(answer).toMatchObject({
        name: 'AlarmUnknown',
        message: expect.stringContaining('CloudWatch remembers 30 days'),
      })
    })

    it('does not shorten a wait that no alarm is asked for', async () => {
      const all = await rollingOut()
      const fleet = { ...exampleFleet(), ...frozen(35) }
      const closed = starting(all, { ring: 'everyone', time: at(0), fleet })
      await expect(closed).rejects.toMatchObject({ name: 'OutsideChangeWindow', data: { opensAt: at(35) } })
    })
  })

  it('waits until somebody has approved, and has done nothing till then', async () => {
    const all = await rollingOut()
    await withRings(all, () => ({
      approval: { approvers: ['arn:aws:iam::111122223333:role/Owner'], timeout: 3600 },
    }))
    await expect(starting(all)).rejects.toMatchObject({ name: 'ApprovalNeeded' })
    expect(mock.calls()).toEqual([])
    const key = keyOf('approval', { campaign, image, ring: 'early' })
    await seed(all.ledger, key, { answer: { as: 'approved' } })
    expect(await starting(all)).toEqual({ awaited: distributed(2), lookAfter: 300 })
  })

  it('fails loudly when Image Builder names no image', async () => {
    mock.on(DistributeImageCommand).resolves({})
    await expect(starting(await rollingOut())).rejects.toThrow(`distributes ${imageArn} and named no image`)
    mock.on(CreateDistributionConfigurationCommand).resolves({})
    await expect(starting(await rollingOut())).rejects.toThrow('named no distribution configuration')
    await expect(starting(await rollingOut(), { ring: 'nowhere' })).rejects.toThrow('has no ring nowhere')
  })

  it('waits for the window of its ring, still a candidate, and keeps its lock', async () => {
    const all = await rollingOut()
    const { rings, ...fleet } = exampleFleet()
    const window = { schedule: 'cron(0 0 ? * SUN *)', timezone: 'UTC', duration: 7200 }
    const narrow = { ...fleet, rings: { ...rings, early: { ...rings.early, window } } }
    const until = '2026-09-13T00:00:00.000Z'
    const why = 'window of ring early opens Sun 13 Sep 2026 00:00 UTC'
    await expect(starting(all, { fleet: narrow })).rejects.toMatchObject({
      name: 'OutsideChangeWindow',
      data: { opensAt: until, reasons: [why] },
    })
    expect(await all.image(image)).toMatchObject({ status: 'candidate', waiting: { until, reasons: [why] } })
    expect(all.reported[0]?.body).toContain('al2023-java, on its way to ring early, waits until 2026-09-13 00:00 UTC')
    expect(started()).toEqual([])
    expect(await starting(all, { fleet: narrow, time: until })).toEqual({ awaited: distributed(2), lookAfter: 300 })
    expect(await starting(await rollingOut(true), { fleet: narrow })).toMatchObject({
      awaited: distributed(2),
    })
  })

  it('goes no further once an emergency has overtaken it', async () => {
    const all = await rollingOut()
    await overtake(all)
    await expect(starting(all, { ring: 'everyone' })).rejects.toMatchObject({
      name: 'Superseded',
      message: `superseded by campaign ${nextCampaign}`,
    })
    expect(started()).toEqual([])
  })
})

describe('a roll-out', () => {
  const holding = async (all: Planned) =>
    requireRolloutLock(all.ledger, executionOf(image), (await all.image(image)) as never)

  it('goes on while it has its lock, though a newer one waits for it', async () => {
    const all = await rollingOut()
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, { campaign: nextCampaign, stage: 'roll-out', taskToken: 'newer' })
    await expect(holding(all)).resolves.toBeUndefined()
    expect(all.granted).toEqual([`token-${image}`])
  })

  it('is over when its image is held, though it has its lock', async () => {
    const all = await rollingOut()
    await all.ledger.fleetState.change((known) => hold(known, image, { at: '', by: 'ada', reason: 'bad' }))
    await expect(holding(all)).rejects.toMatchObject({
      name: 'Superseded',
      message: expect.stringMatching(/^held by ada/),
    })
  })

  it('is over when its AMI is revoked', async () => {
    const all = await rollingOut()
    await all.set(image, { ami: 'ami-0c0c0c0c0c0c0c0c0' })
    await all.ledger.fleetState.change((known) => recordRevoked(known, ['ami-0c0c0c0c0c0c0c0c0'], 'revoke-a'))
    await expect(holding(all)).rejects.toMatchObject({ name: 'Superseded' })
  })

  it('is over when it has been overtaken, also when who overtook it is through', async () => {
    const all = await rollingOut()
    await overtake(all)
    expect(all.granted).toEqual([`token-${image}`, 'urgent'])
    await changeLocks(all.parts, time, (locks) => removeExecution(locks, executionOf(image, nextCampaign)))
    await expect(holding(all)).rejects.toMatchObject({
      name: 'Superseded',
      message: 'superseded by a newer campaign',
    })
  })
})
