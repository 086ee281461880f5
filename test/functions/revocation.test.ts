import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClientsIn } from '../../aws/ami-usage.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Message } from '../../domain/messages/message.ts'
import { reasonToStop } from '../../domain/planning/holds.ts'
import { recordCandidate, recordReleased } from '../../domain/planning/transitions.ts'
import { close } from '../../functions/close-revocation/close-revocation.ts'
import { plan, preview } from '../../functions/plan-revocation/plan-revocation.ts'
import { keyOf } from '../../ledger/keys.ts'
import { rollbackOf } from '../../ledger/operations.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { fakeRelease } from '../support/releases.ts'

const sfn = mockOf(SFNClient)
beforeEach(() => {
  sfn.reset()
  sfn.on(StartExecutionCommand).resolves({})
})
const fleet = exampleFleet()
const base = 'al2023-hardened'
const child = 'al2023-java'
const early = { account: '222233334444', region: 'us-west-2' }
const operation = `revoke-${base}-20260910`
const execution = `arn:aws:states:us-west-2:111122223333:execution:golden-revoke:${operation}`
const time = '2026-09-10T09:00:00Z'
const asked = { image: base, version: '1.0.2/1', descendants: true, force: false }
const request = { ...asked, operation, execution, time, reason: 'CVE-2026-1234', by: 'ada' }
const instance = { ...early, kind: 'instance' as const, name: 'i-0a' }

/** Every account runs an instance of the AMI, and one does not let anybody in. */
const clientsWith =
  (ami: string, closed = ''): ClientsIn =>
  async ({ account }) => {
    if (account === closed) throw new TargetUnreachable('no role')
    const send = async (command: object) =>
      command.constructor === DescribeInstancesCommand
        ? { Reservations: [{ Instances: [{ InstanceId: 'i-0a', ImageId: ami }] }] }
        : {}
    return { ssm: { send }, ec2: { send }, autoScaling: { send } } as unknown as Awaited<ReturnType<ClientsIn>>
  }

/** The base and the image below it, of which the second of each is bad; the base alone has a good one before it. */
async function world() {
  const ledger = memoryLedger()
  const reported: Message[] = []
  const good = fakeRelease({
    image: base,
    version: '1.0.1/1',
    releasedAt: time,
    bakedAt: '2026-09-01T00:00:00Z',
  })
  const places = { early: [{ ...early, ami: 'ami-copy' }] }
  const bad = fakeRelease({
    image: base,
    version: '1.0.2/1',
    releasedAt: time,
    copies: places,
    distributed: places,
  })
  const below = fakeRelease({ image: child, version: '1.0.2/1', releasedAt: time, parentAmi: bad.ami })
  for (const release of [good, bad, below])
    await ledger.table.create(keyOf('release', { image: release.image, version: release.version }), { ...release })
  for (const { image, ami, version, parentAmi } of [bad, below])
    await ledger.fleetState.change((known) =>
      recordReleased(
        recordCandidate(known, image, { ami, version, parentAmi, definition: 'd1', at: time, campaign: 'c' }),
        image,
        {
          ami,
          version,
        },
      ),
    )
  const deps = {
    fleet,
    ledger,
    stepFunctions: sfn as unknown as SFNClient,
    campaignArn: 'arn:campaign',
    clientsIn: clientsWith('ami-copy'),
    notify: async (message: Message) => void reported.push(message),
    count: () => {},
  }
  return { ledger, reported, parts: deps, bad, below }
}
const started = () =>
  sfn.commandCalls(StartExecutionCommand).map((call) => JSON.parse(call.args[0].input.input ?? '{}'))

describe('plan-revocation', () => {
  it('shows beforehand what is used, and changes nothing', async () => {
    const { parts: deps, ledger, bad, below } = await world()
    const before = structuredClone([...ledger.items.values()])
    const seen = await preview(deps, asked)
    expect(seen).toMatchObject({ releases: [bad, below], goBack: [{ image: base, to: '1.0.1/1' }] })
    expect(seen.uses).toContainEqual({ ...instance, ami: 'ami-copy' })
    expect([...ledger.items.values()]).toEqual(before)
  })

  it('says where nobody could look', async () => {
    const { parts: deps } = await world()
    const seen = await preview({ ...deps, clientsIn: clientsWith('ami-copy', early.account) }, asked)
    expect(seen.unread).toBe('222233334444 us-west-2: no role')
    expect(seen.uses.map(({ account }) => account)).toEqual([fleet.build.account])
  })

  it('revokes at once, and leaves in the ledger what is to be done', async () => {
    const { parts: deps, ledger, bad, below } = await world()
    expect(await plan(deps, request)).toEqual({
      rollbacks: [{ image: base, to: '1.0.1/1', execution: rollbackOf(operation, base) }],
      places: [fleet.build, early],
    })
    for (const { image, version } of [bad, below])
      expect(await ledger.table.get(keyOf('release', { image, version }))).toMatchObject({
        revoked: { at: time, by: 'ada', reason: 'CVE-2026-1234', operation },
      })
    expect(reasonToStop(await ledger.fleetState.read(), 'web', [below.ami])).toBe(`${below.ami} was revoked`)
    expect(await ledger.operations.read(operation)).toMatchObject({
      kind: 'revocation',
      status: 'running',
      stranded: [child],
      rebake: [base, child],
    })
    expect((await ledger.operations.readWithdrawals(operation)).map(({ account }) => account)).toEqual([
      fleet.build.account,
      early.account,
    ])
  })

  it('planned again after a crash is what it was, though pointers have moved meanwhile', async () => {
    const { parts: deps, ledger } = await world()
    const first = await plan(deps, request)
    await ledger.operations.recordWithdrawn(operation, early, [])
    await ledger.fleetState.change((known) => ({ ...known, images: {} }))
    expect(await plan(deps, { ...request, time: '2026-09-10T09:01:00Z' })).toEqual(first)
    expect(await ledger.operations.readWithdrawal(operation, early)).toMatchObject({ amis: [] })
    expect(await ledger.operations.read(operation)).toMatchObject({ startedAt: time })
  })

  it('refuses a release that there is not', async () => {
    const { parts: deps } = await world()
    await expect(plan(deps, { ...request, version: '9.9.9/1' })).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('rebake history'),
    })
  })
})

describe('close-revocation', () => {
  /** Planned, rolled back, and withdrawn, as reported. */
  const closing = async ({
    rollback = { status: 'finished' } as object | null,
    outcome = 'done' as 'done' | 'in-use' | 'failed',
  } = {}) => {
    const all = await world()
    await plan(all.parts, request)
    if (rollback)
      await all.ledger.table.set(keyOf('operation', { operation: rollbackOf(operation, base) }), { ...rollback })
    for (const withdrawal of await all.ledger.operations.readWithdrawals(operation))
      await all.ledger.operations.recordWithdrawn(
        operation,
        withdrawal,
        withdrawal.amis.map((ami) => ({ ...ami, outcome, uses: [instance], why: 'no permission' })),
      )
    const later = '2026-09-10T09:10:00Z'
    return { ...all, closed: () => close(all.parts, { operation, time: later }), later }
  }

  it('has baked again what is affected, tells once, and forgets what nothing may be baked from', async () => {
    const { closed, ledger, reported, later } = await closing()
    expect(await closed()).toEqual({ problems: 0 })
    expect(await closed()).toEqual({ problems: 0 })
    expect(started()).toEqual([
      {
        trigger: {
          kind: 'manual',
          images: [base, child],
          time,
          reason: `${base} 1.0.2/1 was revoked: CVE-2026-1234`,
        },
      },
    ])
    expect(reported.map(({ severity }) => severity)).toEqual(['warning'])
    expect(await ledger.operations.read(operation)).toMatchObject({
      status: 'finished',
      finishedAt: later,
      problems: [],
      campaign: expect.stringMatching(/^manual-/),
    })
    const known = await ledger.fleetState.read()
    expect(known.images[child]?.last).toBeUndefined()
    expect(known.images[child]?.released).toBeUndefined()
  })

  it('names what runs on it and was left', async () => {
    const { closed, reported } = await closing({ outcome: 'in-use' })
    expect(await closed()).toEqual({ problems: 0 })
    expect(reported[0]?.body).toContain('ami-copy: 222233334444 us-west-2: instance i-0a')
  })

  it.each([
    [
      'a pointer',
      { rollback: { status: 'failed', problems: ['222233334444: no role'] } },
      1,
      'back to 1.0.1/1: 222233334444',
    ],
    [
      'a rollback that could not be started',
      { rollback: null },
      1,
      `its rollback did not begin: the execution ${operation} says why; then roll it back`,
    ],
    ['a rollback that died', { rollback: {} }, 1, 'did not run to its end'],
    [
      'a rollback that died and is not settled yet',
      { rollback: { status: 'running', problems: [] } },
      1,
      `its rollback did not run to its end: the execution ${rollbackOf(operation, base)} says why; then roll ${base} back again`,
    ],
    ['an AMI', { outcome: 'failed' as const }, 2, `${base} 1.0.2/1 (ami-copy): no permission`],
  ])('is incomplete where %s is not as it should be, and says so', async (_, given, problems, text) => {
    const { closed, reported, ledger } = await closing(given)
    expect(await closed()).toEqual({ problems })
    expect(reported[0]).toMatchObject({ severity: 'error', body: expect.stringContaining(text) })
    expect(await ledger.operations.read(operation)).toMatchObject({ status: 'failed' })
    expect(started()).toHaveLength(1)
  })

  it('knows no operation that was not planned', async () => {
    const { parts: deps } = await world()
    await expect(close(deps, { operation: 'other', time })).rejects.toThrow('there is no operation other')
  })
})
