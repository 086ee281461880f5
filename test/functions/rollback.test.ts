import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn'
import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../domain/messages/message.ts'
import { emptyFleetState } from '../../domain/planning/fleet-state.ts'
import { hold } from '../../domain/planning/holds.ts'
import type { Placement } from '../../domain/releases/image-release.ts'
import { closeRollback } from '../../functions/close-rollback/close-rollback.ts'
import { holdImage } from '../../functions/hold-image/hold-image.ts'
import { planRollback } from '../../functions/plan-rollback/plan-rollback.ts'
import { restore } from '../../functions/restore-pointers/restore-pointers.ts'
import { settle } from '../../functions/settle-execution/settle-execution.ts'
import type { RollbackItem } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import { fleetOf } from '../rehearsal/ring-rehearsal.ts'
import { memoryLedger, seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const [sfn, ssm, sts, ec2] = [mockOf(SFNClient), mockOf(SSMClient), mockOf(STSClient), mockOf(EC2Client)]
const named = (name: string, message = 'no') => Object.assign(new Error(message), { name })
/** Parameter Store, by region and name. */
const parameters = new Map<string, string>()

const fleet = fleetOf({
  early: { accounts: ['200000000001'], regions: ['us-west-2'], launchTemplates: ['{image}-web'] },
  everyone: { accounts: ['200000000002'], regions: ['us-west-2', 'us-east-1'] },
})
const arnOf = (name: string) => `arn:aws:states:us-west-2:111122223333:execution:small-rollback:${name}`
const operation = 'rollback-base-20260909T000000Z'
const request = {
  execution: arnOf(operation),
  time: '2026-09-09T00:00:00Z',
  image: 'base',
  reason: 'it crashes',
  by: 'arn:aws:iam::111122223333:user/ada',
  hold: true,
}
const closing = { operation, time: '2026-09-09T00:05:00Z' }
const target = (account: string, region: string, ami: string): Placement => ({ account, region, ami })
const had = (n: number) => ({
  early: [target('200000000001', 'us-west-2', `ami-early-${n}`)],
  everyone: [
    target('200000000002', 'us-west-2', `ami-west-${n}`),
    target('200000000002', 'us-east-1', `ami-east-${n}`),
  ],
})

async function world() {
  const ledger = memoryLedger()
  for (const n of [1, 2, 3])
    await ledger.table.create(keyOf('release', { image: 'base', version: `1.0.${n}/1` }), {
      image: 'base',
      version: `1.0.${n}/1`,
      ami: `ami-${n}`,
      imageArn: `arn:${n}`,
      definition: 'd',
      parentAmi: `ami-soe-${n}`,
      campaign: `c${n}`,
      number: n,
      bakedAt: `2026-09-0${n}T00:00:00Z`,
      releasedAt: `2026-09-0${n}T12:00:00Z`,
      distributed: had(n),
    })
  await ledger.fleetState.change(() => ({
    ...emptyFleetState,
    images: { base: { released: { ami: 'ami-3', version: '1.0.3/1' } } },
  }))
  const reported: Message[] = []
  const deps = {
    ledger,
    stepFunctions: sfn as unknown as SFNClient,
    ssm: new SSMClient({ region: 'us-west-2' }),
    notify: async (message: Message) => void reported.push(message),
  }
  const known = async () => (await ledger.fleetState.read()).images.base
  const marked = async () =>
    (await ledger.releases.readAll('base')).filter(({ rolledBack }) => rolledBack).map(({ version }) => version)
  return {
    ledger,
    parts: deps,
    reported,
    known,
    marked,
    plan: (more: object = {}) => planRollback({ ...deps, fleet }, { ...request, ...more }),
    restore: (ring: string) =>
      restore({ fleet: 'small', ledger, pause: async () => {} }, { operation, ring, time: request.time }),
    close: () => closeRollback({ ...deps, fleet: 'small' }, closing),
    hold: (more: object) => holdImage(deps, { image: 'base', by: request.by, time: request.time, ...more } as never),
    read: () => ledger.operations.readRollback(operation),
  }
}
const moved = () =>
  ssm.commandCalls(PutParameterCommand).map(({ args }) => `${args[0].input.Name} ${args[0].input.Value}`)

beforeEach(() => {
  for (const mock of [sfn, ssm, sts, ec2]) mock.reset()
  parameters.clear()
  sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' })
  const regionOf = (client: () => SSMClient) => client().config.region()
  ssm.on(PutParameterCommand).callsFake(async ({ Name, Value }, client) => {
    parameters.set(`${await regionOf(client)} ${Name}`, Value)
  })
  ssm.on(GetParametersCommand).callsFake(async ({ Names }: { Names: string[] }, client) => {
    const region = await regionOf(client)
    const found = Names.map((Name) => ({ Name, Value: parameters.get(`${region} ${Name}`) }))
    return { Parameters: found.filter(({ Value }) => Value !== undefined) }
  })
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
  })
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 3, LaunchTemplateData: { ImageId: 'ami-early-3' } }],
  })
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 4 } })
  ec2.on(ModifyLaunchTemplateCommand).resolves({})
})

describe('plan-rollback', () => {
  it('holds the image, marks what it rolls back from, and writes down each ring', async () => {
    const all = await world()
    expect(await all.plan()).toEqual({ rings: [{ ring: 'early' }, { ring: 'everyone' }] })
    expect((await all.known())?.held).toEqual({
      at: request.time,
      by: request.by,
      reason: 'it crashes',
      operation,
    })
    expect(await all.marked()).toEqual(['1.0.3/1'])
    const { record, rings } = await all.read()
    expect(record).toMatchObject({
      kind: 'rollback',
      status: 'running',
      from: '1.0.3/1',
      to: '1.0.2/1',
      previous: '1.0.1/1',
      execution: request.execution,
      problems: [],
      hold: true,
    })
    expect(rings.map(({ ring, status, targets }) => [ring, status, targets.length])).toEqual([
      ['early', 'waiting', 1],
      ['everyone', 'waiting', 2],
    ])
  })

  it('decides the same when it is repeated, and forgets nothing that was done since', async () => {
    const all = await world()
    await all.plan()
    await all.restore('everyone')
    const before = structuredClone([...all.ledger.items])
    expect(await all.plan({ time: '2026-09-09T00:01:00Z' })).toEqual({
      rings: [{ ring: 'early' }, { ring: 'everyone' }],
    })
    const times = (items: unknown) => JSON.stringify(items).replaceAll('00:01:00', '00:00:00')
    expect(times([...all.ledger.items])).toBe(times(before))
  })

  it('marks nothing where one ring goes back: others keep what they have', async () => {
    const all = await world()
    expect(await all.plan({ ring: 'early' })).toEqual({ rings: [{ ring: 'early' }] })
    expect(await all.marked()).toEqual([])
    expect((await all.known())?.held).toMatchObject({ operation })
  })

  it('takes the mark from what somebody rolls back to by its name', async () => {
    const all = await world()
    await all.plan()
    const again = { execution: arnOf('rollback-base-2'), to: '1.0.3/1' }
    await expect(all.plan(again)).rejects.toMatchObject({ name: 'RequestRefused' })
    expect(await all.marked()).toEqual(['1.0.3/1'])
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' })
    await all.plan(again)
    expect(await all.marked()).toEqual([])
  })

  it('refuses what cannot be, and changes nothing', async () => {
    const all = await world()
    const before = structuredClone([...all.ledger.items])
    await expect(all.plan({ to: '9' })).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('there is no release 9 of base'),
    })
    expect([...all.ledger.items]).toEqual(before)
  })

  it.each<[string, { status?: 'finished' }, string | undefined, string | undefined]>([
    [
      'that still runs',
      {},
      'RUNNING',
      'rollback-other has base and is still under way, for bob: wait for it to end (`npx --no-install rebake status` shows it), then give the same command again',
    ],
    ['that has died, which nobody has noticed yet', {}, 'ABORTED', undefined],
    ['that is over', { status: 'finished' }, 'RUNNING', undefined],
    ['whose execution is gone', {}, undefined, undefined],
  ])('finds the image held by an operation %s', async (_, more, status, refused) => {
    const all = await world()
    const other = 'rollback-other'
    await seed(all.ledger, keyOf('operation', { operation: other }), {
      status: 'running',
      execution: arnOf(other),
      ...more,
    })
    await all.ledger.fleetState.change((known) =>
      hold(known, 'base', { at: 't', by: 'bob', reason: 'r', operation: other }),
    )
    if (status) sfn.on(DescribeExecutionCommand).resolves({ status: status as never })
    else sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'gone', $metadata: {} }))
    if (refused) await expect(all.plan()).rejects.toMatchObject({ name: 'RequestRefused', message: refused })
    else await all.plan()
    expect((await all.known())?.held?.operation).toBe(refused ? other : operation)
  })

  it('tries again where somebody holds the image at the same moment', async () => {
    const all = await world()
    const { create } = all.ledger.table
    all.ledger.table.create = async (key, item) => {
      await all.ledger.fleetState.change((known) => hold(known, 'base', { at: 't', by: 'bob', reason: 'r' }))
      return create(key, item)
    }
    await expect(all.plan()).rejects.toMatchObject({ name: 'Transient' })
    all.ledger.table.create = create
    await all.plan()
    expect((await all.read()).record?.heldBefore).toBeUndefined()
    expect((await all.known())?.held?.operation).toBe(operation)
  })
})

describe('restore-pointers', () => {
  const paths = ['', '/candidate', '/previous', '/stable'].map((channel) => `/golden-images/base${channel}`)

  it('points parameter, channels and launch templates back, and writes nothing twice', async () => {
    const all = await world()
    await all.plan()
    expect(await all.restore('early')).toEqual({ restored: 1 })
    expect(moved()).toEqual([
      `${paths[0]} ami-early-2`,
      `${paths[1]} ami-early-2`,
      `${paths[2]} ami-early-1`,
      `${paths[3]} ami-early-2`,
    ])
    const [made] = ec2.commandCalls(CreateLaunchTemplateVersionCommand)
    expect(made?.args[0].input).toMatchObject({
      LaunchTemplateName: 'base-web',
      LaunchTemplateData: { ImageId: 'ami-early-2' },
    })
    expect((await all.read()).rings[0]).toMatchObject({ status: 'done', wrong: [] })
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
      LaunchTemplateVersions: [
        { VersionNumber: 4, DefaultVersion: true, LaunchTemplateData: { ImageId: 'ami-early-2' } },
      ],
    })
    await all.restore('early')
    expect(moved()).toHaveLength(4)
    expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)).toHaveLength(1)
  })

  it('goes on with the launch templates where parameters are refused, and names both', async () => {
    const all = await world()
    await all.plan()
    ssm.on(PutParameterCommand).rejects(named('AccessDeniedException', 'no parameter'))
    await expect(all.restore('early')).rejects.toMatchObject({
      name: 'RollbackIncomplete',
      message: '200000000001 us-west-2: no parameter',
    })
    expect(ec2.commandCalls(ModifyLaunchTemplateCommand)).toHaveLength(1)
    ec2.on(DescribeLaunchTemplateVersionsCommand).rejects(named('InvalidLaunchTemplateName.NotFoundException'))
    const message = '200000000001 us-west-2: no parameter, launch template base-web does not exist'
    await expect(all.restore('early')).rejects.toMatchObject({ message })
    expect((await all.read()).rings[0]).toMatchObject({ status: 'wrong', wrong: [message] })
  })

  it('names targets that throttle too, and restores the others', async () => {
    const all = await world()
    await all.plan()
    ssm
      .on(PutParameterCommand, { Value: 'ami-west-2' })
      .rejects(named('ThrottlingException', 'slow down'))
      .on(PutParameterCommand, { Value: 'ami-west-1' })
      .rejects(named('ThrottlingException', 'slow down'))
    await expect(all.restore('everyone')).rejects.toMatchObject({
      message: '200000000002 us-west-2: ThrottlingException: slow down',
    })
    expect(moved().filter((each) => each.includes('ami-east-2'))).toHaveLength(3)
  })

  it('fails loudly for what nobody planned', async () => {
    await expect((await world()).restore('early')).rejects.toThrow(`${operation} has no ring early`)
  })
})

describe('close-rollback', () => {
  const channels = ['previous', 'candidate', 'stable'].map((name) => `/small/images/base/${name}`)
  const through = async (more: object = {}, rings = ['early', 'everyone']) => {
    const all = await world()
    await all.plan(more)
    for (const ring of rings) await all.restore(ring)
    ssm.resetHistory()
    return all
  }

  it('moves the build account, what children are baked from, and tells people, once', async () => {
    const all = await through()
    expect(await all.close()).toEqual({})
    expect(moved()).toEqual([`${channels[0]} ami-1`, `${channels[1]} ami-2`, `${channels[2]} ami-2`])
    expect(await all.known()).toMatchObject({
      released: { ami: 'ami-2', version: '1.0.2/1', at: closing.time },
      last: { ami: 'ami-2', parentAmi: 'ami-soe-2', campaign: 'c2', number: 2 },
      held: { operation },
    })
    expect((await all.read()).record).toMatchObject({ status: 'finished', finishedAt: closing.time })
    await all.close()
    expect(moved()).toHaveLength(3)
    expect(all.reported).toMatchObject([
      {
        kind: 'image-rolled-back',
        severity: 'warning',
        about: { image: 'base' },
        facts: { from: '1.0.3/1', to: '1.0.2/1', by: request.by, reason: 'it crashes', problems: [] },
      },
    ])
  })

  it('ends as incomplete where a ring is wrong, or was never reached, and tells of it once', async () => {
    const all = await through({}, ['early'])
    ssm.on(PutParameterCommand, { Value: 'ami-west-2' }).rejects(named('AccessDeniedException', 'no'))
    ssm.on(PutParameterCommand, { Value: 'ami-west-1' }).rejects(named('AccessDeniedException', 'no'))
    await all.restore('everyone').catch(() => {})
    await all.ledger.table.set(keyOf('ring', { operation, ring: 'early' }), { status: 'restoring' })
    const problems = [
      'ring early: it was not restored: the execution has why',
      'ring everyone: 200000000002 us-west-2: no',
    ]
    for (const _ of [1, 2])
      await expect(all.close()).rejects.toMatchObject({
        name: 'RollbackIncomplete',
        message: problems.join('; '),
      })
    expect((await all.read()).record).toMatchObject({ status: 'failed', problems })
    expect(all.reported).toMatchObject([{ severity: 'error', facts: { problems } }])
    expect(all.reported[0]?.body).toContain('\n  ring everyone: 200000000002 us-west-2: no\n')
    expect((await all.known())?.released?.version).toBe('1.0.2/1')
  })

  it('leaves the build account and the children where one ring went back', async () => {
    const all = await through({ ring: 'early' }, ['early'])
    await all.close()
    expect(moved()).toEqual([])
    expect(await all.known()).toMatchObject({ released: { version: '1.0.3/1' }, held: { operation } })
    expect(all.reported[0]?.about).toEqual({ image: 'base', ring: 'early' })
  })

  it.each([
    ['lets the image go where it is not to stay held', undefined, undefined],
    ['leaves it to who held it before', { at: 't', by: 'bob', reason: 'mine' }, 'bob'],
  ])('%s', async (_, before, by) => {
    const all = await world()
    if (before) await all.ledger.fleetState.change((known) => hold(known, 'base', before))
    await all.plan({ hold: false })
    for (const ring of ['early', 'everyone']) await all.restore(ring)
    await all.close()
    expect((await all.known())?.held?.by).toBe(by)
    expect(await all.marked()).toEqual(['1.0.3/1'])
  })
})

describe('a rollback that dies', () => {
  const died = {
    time: closing.time,
    detail: {
      executionArn: request.execution,
      name: operation,
      status: 'TIMED_OUT' as const,
      input: JSON.stringify(request),
      error: null,
      cause: null,
    },
  }

  it('is recorded and reported, and its image stays held', async () => {
    const all = await world()
    await all.plan()
    for (const _ of [1, 2]) await settle(all.parts as never, died)
    expect((await all.read()).record).toMatchObject({
      status: 'failed',
      problems: ['it stopped half-way: the execution timed out'],
    })
    expect(all.reported.map(({ kind, severity, subject }) => [kind, severity, subject])).toEqual([
      ['image-rolled-back', 'error', 'Stopped half-way: rollback of base to 1.0.2/1'],
    ])
    expect((await all.known())?.held?.operation).toBe(operation)
  })

  it('is known to anybody who looks for it every hour, until it is on record', async () => {
    const all = await world()
    await all.plan()
    const known = await all.ledger.fleetState.read()
    const holding = () => all.ledger.operations.readHolding(known)
    expect(await holding()).toMatchObject([{ operation, execution: request.execution }])
    await settle(all.parts as never, died)
    expect(await holding()).toEqual([])
  })

  it('is nothing to tell of where it changed nothing', async () => {
    const all = await world()
    await settle(all.parts as never, died)
    expect([all.reported, (await all.read()).record]).toEqual([[], undefined])
  })
})

describe('hold-image', () => {
  const mine = { at: request.time, by: request.by, reason: 'mine' }

  it('holds an image until somebody lets it go on; the same again changes nothing', async () => {
    const all = await world()
    expect(await all.hold({ do: 'hold', reason: 'mine' })).toEqual({ held: mine })
    expect(await all.hold({ do: 'hold', reason: 'other' })).toEqual({ held: mine, before: mine })
    expect(await all.hold({ do: 'resume' })).toEqual({ before: mine })
    expect(await all.hold({ do: 'resume' })).toEqual({})
    expect((await all.known())?.held).toBeUndefined()
  })

  it.each([
    ['running', 'RUNNING', true],
    ['running', 'FAILED', false],
    ['failed', 'RUNNING', false],
  ] as const)('of an operation that is %s, its execution %s', async (status, execution, refused) => {
    const all = await world()
    await all.plan()
    await all.ledger.table.set(keyOf('operation', { operation }), { status } satisfies Partial<RollbackItem>)
    sfn.on(DescribeExecutionCommand).resolves({ status: execution })
    const asked = all.hold({ do: 'resume' })
    if (refused) await expect(asked).rejects.toMatchObject({ name: 'RequestRefused' })
    else expect(await asked).toMatchObject({ before: { operation } })
    expect((await all.known())?.held === undefined).toBe(!refused)
  })
})
