import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { CreateGrantCommand, KMSClient } from '@aws-sdk/client-kms'
import { DeleteParameterCommand, GetParameterHistoryCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { clearRolledBack, hold, recordRolledBack } from '../../domain/planning/holds.ts'
import type { ImageRelease, Placement } from '../../domain/releases/image-release.ts'
import { promote } from '../../functions/publish-pointers/promote-channels.ts'
import { publish } from '../../functions/publish-pointers/publish-pointers.ts'
import { keyOf } from '../../ledger/keys.ts'
import { seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { keepParameters } from '../support/parameters.ts'
import { fakeRelease } from '../support/releases.ts'
import { account, key, named, request, ringWorld, targets } from './ring-world.ts'

const world = ringWorld()
const { ec2, ssm, sts, parameters } = world
const kms = mockOf(KMSClient)
beforeEach(() => kms.reset())
beforeEach(world.reset)

const pauses: number[] = []
const pause = async (milliseconds: number) => pauses.push(milliseconds)
beforeEach(() => {
  pauses.length = 0
})

/** Both targets have the AMI; `launchTemplates` as the ring has them. */
const verified = async (launchTemplates: { name: string; default: boolean }[] = [], more = targets) => {
  const all = { ...(await world.parts({ launchTemplates })), pause }
  const placed = more.map((target) => ({ ...target, ami: 'ami-0a' }))
  await all.ledger.table.set(key, { distributed: { early: placed } })
  return all
}
const put = () => ssm.commandCalls(PutParameterCommand).map((call) => call.args[0].input)
const published = async ({ ledger }: Awaited<ReturnType<typeof verified>>) => (await ledger.table.get(key))?.published

describe('publish-pointers', () => {
  it('writes the AMI to each target, reads it there, and remembers when', async () => {
    const all = await verified([], targets.slice(0, 1))
    expect(await publish(all, request)).toEqual({ published: 1 })
    expect(put()).toEqual(
      ['/golden-images/web', '/golden-images/web/candidate'].map((Name) => ({
        Name,
        Value: 'ami-0a',
        Type: 'String',
        DataType: 'aws:ec2:image',
        Overwrite: true,
      })),
    )
    expect(await published(all)).toEqual({ early: request.time })
  })

  describe('lets Auto Scaling use the key of the build account', () => {
    const fleetKey = 'arn:aws:kms:us-west-2:111122223333:key/fleet'
    const kmsKeys = { 'us-west-2': fleetKey, 'us-east-1': 'arn:aws:kms:us-east-1:{account}:alias/images' }
    const withKeys = async () => {
      const all = await verified()
      const parts = [{ accounts: [account], arn: 'a' }]
      await all.ledger.table.set(key, { distributing: { early: { startedAt: request.startedAt, kmsKeys, parts } } })
      return all
    }

    it('once for each place, before it points there, and not where the key is its own', async () => {
      kms.on(CreateGrantCommand).callsFake(() => {
        expect(put().filter(({ Name }) => Name === 'us-west-2')).toEqual([])
        return {}
      })
      expect(await publish(await withKeys(), request)).toEqual({ published: 2 })
      expect(kms.commandCalls(CreateGrantCommand).map(({ args }) => args[0].input)).toEqual([
        {
          KeyId: fleetKey,
          Name: 'golden-auto-scaling',
          GranteePrincipal: `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
          Operations: expect.arrayContaining(['Decrypt', 'CreateGrant', 'GenerateDataKeyWithoutPlaintext']),
        },
      ])
    })

    it('unless the account has no Auto Scaling', async () => {
      kms.on(CreateGrantCommand).rejects(named('InvalidArnException'))
      expect(await publish(await withKeys(), request)).toEqual({ published: 2 })
    })

    it('or does not point there, and says why', async () => {
      kms.on(CreateGrantCommand).rejects(named('AccessDeniedException', 'not authorized to perform: kms:CreateGrant'))
      await expect(publish(await withKeys(), request)).rejects.toMatchObject({
        name: 'PublicationIncomplete',
        message: `${account} us-west-2: Auto Scaling cannot be let use the key ${fleetKey}: not authorized to perform: kms:CreateGrant`,
      })
      expect(put()).toHaveLength(2)
    })
  })

  it('leaves a parameter that somebody made as text what it is, and makes what is not there of the type of AMIs', async () => {
    const all = await verified([], targets.slice(0, 1))
    keepParameters(ssm, { '/golden-images/web': { value: 'ami-old', dataType: 'text' } })
    await publish(all, request)
    expect(put().map(({ Name, DataType }) => [Name, DataType])).toEqual([
      ['/golden-images/web', 'text'],
      ['/golden-images/web/candidate', 'aws:ec2:image'],
    ])
  })

  it.each([
    [['prod', 'eu'], 'the label prod, eu'],
    [undefined, 'a label'],
  ])('names what keeps a parameter from a new version: %j', async (Labels, reported) => {
    const all = await verified([], targets.slice(0, 1))
    ssm.on(PutParameterCommand).rejects(named('ParameterMaxVersionLimitExceeded'))
    if (Labels) ssm.on(GetParameterHistoryCommand).resolves({ Parameters: [{ Version: 1, Labels }] })
    else ssm.on(GetParameterHistoryCommand).rejects(named('AccessDeniedException'))
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'PublicationIncomplete',
      message: `222233334444 us-west-2: /golden-images/web has 100 versions, and the oldest has ${reported}: move it to a newer version, or remove it`,
    })
  })

  it('writes nothing where it is written, and remembers the first time', async () => {
    const all = await verified()
    for (const name of ['', '/candidate']) parameters.set(`/golden-images/web${name}`, 'ami-0a')
    await publish(all, request)
    await publish(all, { ...request, time: '2026-09-08T11:00:00Z' })
    expect(put()).toEqual([])
    expect(await published(all)).toEqual({ early: request.time })
  })

  it('waits while Parameter Store looks for the AMI, and names the targets where it finds none', async () => {
    const all = await verified()
    ssm.on(PutParameterCommand).resolves({})
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'AnswersLate',
      message:
        '222233334444 us-west-2, 222233334444 us-east-1: /golden-images/web has no value and not ami-0a, ' +
        '/golden-images/web/candidate has no value and not ami-0a',
    })
    expect(pauses.toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 4, 4, 8, 8].map((seconds) => seconds * 1000))
    expect(await published(all)).toBeUndefined()
  })

  it('publishes nothing once an emergency has overtaken it: the pointers stay', async () => {
    const all = await verified()
    await all.ledger.table.set(keyOf('locks', {}), { held: [] })
    await expect(publish(all, request)).rejects.toMatchObject({ name: 'Superseded' })
    expect(ssm.calls()).toEqual([])
  })

  it('is asked right before it changes something in a target: a hold stops it in the middle of a ring', async () => {
    const all = await verified([{ name: 'web', default: true }], targets.slice(0, 1))
    const version = { VersionNumber: 3, LaunchTemplateData: { ImageId: 'ami-0z' } }
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [version] })
    ssm.on(PutParameterCommand).callsFake(async ({ Name = '', Value = '' }) => {
      parameters.set(Name, Value)
      await all.ledger.fleetState.change((known) =>
        hold(known, 'web', { at: request.time, by: 'me', reason: 'it crashes' }),
      )
    })
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'Superseded',
      message: expect.stringContaining('it crashes'),
    })
    expect(put().map(({ Name }) => Name)).toEqual(['/golden-images/web', '/golden-images/web/candidate'])
    expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toEqual([])
  })

  it.each([
    ['that targets went back from', 'ami-0b0b0b0b0b0b0b0b0'],
    ['that was baked from what targets went back from', 'ami-0c0c0c0c0c0c0c0c0'],
  ])('publishes nothing %s, though its image is not held any more', async (_, refused) => {
    const all = await verified()
    await all.ledger.table.set(key, { ami: 'ami-0b0b0b0b0b0b0b0b0', parentAmi: 'ami-0c0c0c0c0c0c0c0c0' })
    await all.ledger.fleetState.change((known) => recordRolledBack(known, [refused]))
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'Superseded',
      message: `${refused} was rolled back`,
    })
    expect(put()).toEqual([])
    await all.ledger.fleetState.change((known) => clearRolledBack(known, refused))
    ssm.on(PutParameterCommand).callsFake(({ Name = '', Value = '' }) => void parameters.set(Name, Value))
    expect(await publish(all, request)).toEqual({ published: 2 })
  })

  it('publishes nothing that was not verified', async () => {
    await expect(publish(await world.parts(), request)).rejects.toThrow('was not verified in ring early')
  })

  it('names the targets that refuse the parameter, after the others', async () => {
    const strange = { account: '333344445555', region: 'us-west-2' }
    const all = await verified([], [strange, ...targets])
    const byRole = (of: string) => ({ RoleArn: `arn:aws:iam::${of}:role/golden-publish` })
    sts.on(AssumeRoleCommand, byRole(strange.account)).rejects(named('AccessDenied'))
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: '333344445555 us-west-2: cannot assume arn:aws:iam::333344445555:role/golden-publish: no',
    })
    expect(put().length).toBeGreaterThan(0)
    sts.on(AssumeRoleCommand, byRole(account)).rejects(named('ValidationError', 'bad'))
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'PublicationIncomplete',
      message: expect.stringMatching(/^333344445555 us-west-2: .*; 222233334444 us-west-2, .*: ValidationError: bad$/),
    })
  })

  it('leaves to anybody who tries again what passes, though another target is wrong for good', async () => {
    ssm.on(PutParameterCommand).rejectsOnce(named('AccessDeniedException')).rejects(named('ThrottlingException'))
    await expect(publish(await verified(), request)).rejects.toMatchObject({ name: 'ThrottlingException' })
  })

  it('gives the launch templates of each target the AMI, and names those that it cannot', async () => {
    const all = await verified([
      { name: 'web', default: true },
      { name: 'batch', default: false },
      { name: 'gone', default: true },
      { name: 'theirs', default: true },
    ])
    const version = { VersionNumber: 3, LaunchTemplateData: { ImageId: 'ami-0z' } }
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [version] })
    ec2
      .on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateName: 'gone', Versions: ['$Latest'] })
      .rejects(named('InvalidLaunchTemplateName.NotFoundException'))
    ec2.on(CreateLaunchTemplateVersionCommand).callsFake(({ LaunchTemplateName }) => {
      if (LaunchTemplateName === 'theirs') throw named('UnauthorizedOperation')
      return { LaunchTemplateVersion: { VersionNumber: 4 } }
    })
    ec2.on(ModifyLaunchTemplateCommand).resolves({})
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'PublicationIncomplete',
      message:
        '222233334444 us-west-2, 222233334444 us-east-1: launch template gone does not exist, ' +
        "launch template theirs may not be changed: it needs the tag 'rebake:fleet'",
    })
    const moved = ec2.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input)
    expect(moved).toEqual(targets.map(() => ({ LaunchTemplateName: 'web', DefaultVersion: '4' })))
    expect(await published(all)).toBeUndefined()
  })
})

describe('channels', () => {
  const cloudWatch = mockOf(CloudWatchClient)
  beforeEach(() => cloudWatch.reset())
  const promoting = (all: Awaited<ReturnType<typeof verified>>) =>
    promote({ ...all, cloudWatch: cloudWatchOf('golden') }, request)
  const moved = () => put().map(({ Name, Value }) => `${Name?.split('/').at(-1)} ${Value}`)

  /** The first target had the release before this one, and one before that. */
  const following = async (more: Partial<ImageRelease> = {}) => {
    const all = await verified([], targets.slice(0, 1))
    await seed(all.ledger, key, { version: '1.0.3/1' })
    const had = (n: number): ImageRelease =>
      fakeRelease({
        version: `1.0.${n}/1`,
        releasedAt: `2026-09-0${n}T10:00:00Z`,
        distributed: { early: [{ ...targets[0], ami: `ami-0${n}` } as Placement] },
      })
    for (const release of [had(1), { ...had(2), ...more }, had(3)])
      await all.ledger.table.create(keyOf('release', release), release)
    parameters.set('/golden-images/web/stable', 'ami-02')
    return all
  }
  const mark = { at: request.time, by: 'ada', reason: 'CVE', operation: 'revoke-web' }

  it('are stable everywhere once it is through, and what was stable is previous; a repeat moves nothing', async () => {
    const all = await following()
    expect(await promoting(all)).toEqual({ promoted: 1 })
    await promoting(all)
    expect(moved()).toEqual(['previous ami-02', 'stable ami-0a'])
  })

  it('go on after a crash: previous is not lost', async () => {
    const all = await following()
    parameters.set('/golden-images/web/previous', 'ami-02')
    for (const stable of ['ami-02', 'ami-0a']) {
      parameters.set('/golden-images/web/stable', stable)
      await promoting(all)
    }
    expect(moved()).toEqual(['stable ami-0a'])
  })

  it.each<[string, Partial<ImageRelease>]>([
    ['was revoked', { revoked: mark }],
    ['was rolled back', { rolledBack: mark }],
    ['is gone', { retired: { deprecatedAt: request.time, removedAt: request.time } }],
  ])('leave out what %s: the last good one is previous', async (_, more) => {
    await promoting(await following(more))
    expect(moved()).toEqual(['previous ami-01', 'stable ami-0a'])
  })

  it('have no previous where the target had nothing good before, and none that is a copy of the same release', async () => {
    const all = await following({ revoked: mark })
    await all.ledger.table.set(keyOf('release', { image: 'web', version: '1.0.1/1' }), { revoked: mark })
    await all.ledger.table.set(keyOf('release', { image: 'web', version: '1.0.3/1' }), {
      copies: { early: [{ ...targets[0], ami: 'ami-copied-before' } as Placement] },
    })
    parameters.set('/golden-images/web/stable', 'ami-copied-before')
    parameters.set('/golden-images/web/previous', 'ami-02')
    await promoting(all)
    expect(moved()).toEqual(['stable ami-0a'])
    expect(parameters.has('/golden-images/web/previous')).toBe(false)
  })

  it('wait for a parameter that is still shown after it was deleted', async () => {
    const all = await following({ revoked: mark })
    await all.ledger.table.set(keyOf('release', { image: 'web', version: '1.0.1/1' }), { revoked: mark })
    parameters.set('/golden-images/web/previous', 'ami-02')
    ssm.on(DeleteParameterCommand).rejects(named('ParameterNotFound'))
    await expect(promoting(all)).rejects.toMatchObject({
      name: 'AnswersLate',
      message: '222233334444 us-west-2: /golden-images/web/previous is still there and has ami-02',
    })
  })

  it('do not move where the alarm of the last ring has fired', async () => {
    const all = await verified()
    const alarm = 'arn:aws:cloudwatch:us-west-2:111122223333:alarm:errors'
    const { order } = (await all.ledger.table.get(key)) ?? { order: { rings: [] } }
    const published = { early: '2026-09-08T11:00:00Z' }
    await seed(all.ledger, key, { order: { ...order, rings: [{ ...order?.rings[0], alarm }] }, published })
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({})
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'errors', StateValue: 'ALARM' }] })
    await expect(promoting(all)).rejects.toMatchObject({ name: 'AlarmFired' })
    expect(put()).toEqual([])
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)[0]?.args[0].input.StartDate).toEqual(
      new Date(published.early),
    )
  })

  it('name the targets that refuse', async () => {
    const all = await verified()
    sts.on(AssumeRoleCommand).rejects(named('AccessDenied'))
    await expect(promoting(all)).rejects.toMatchObject({ name: 'TargetUnreachable' })
  })
})
