import { describe, expect, it, vi } from 'vitest'
import { BadInput } from '../../../cli/problems.ts'
import type { RetirementNow } from '../../../cli/retire/api.ts'
import type { RetireOptions } from '../../../cli/retire/command.ts'
import { retire } from '../../../cli/retire/run.ts'
import type { RetirementPlan, RetirementRequest, Retiring } from '../../../domain/releases/retirement.ts'
import type { Withdrawal, WithdrawnAmi } from '../../../domain/releases/withdrawal.ts'
import { fleetFile } from '../fleet-file.ts'
import { smallFleet } from '../small-fleet.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile(`${smallFleet}retirement: { keep: 3 }\n`)
const { fleet: without } = fleetFile()

const now = '2026-09-20T09:00:00Z'
const alice = 'arn:aws:sts::111122223333:assumed-role/managers/alice'
const release = (version: string, action: Retiring['action'], more: Partial<Retiring> = {}): Retiring => ({
  image: 'web',
  version,
  ami: `ami-${version}`,
  bakedAt: '2026-08-01T10:00:00Z',
  action,
  reason: `${action}, for a reason`,
  ...more,
})
const whole: RetirementPlan = {
  releases: [
    release('1.0.4/1', 'deprecate'),
    release('1.0.3/1', 'wait', { removeAt: '2026-09-27T06:00:00.000Z' }),
    release('1.0.2/1', 'remove'),
    release('1.0.1/1', 'remove'),
  ],
  bakes: [],
  leftovers: [],
  uses: { 'web 1.0.1/1': [{ kind: 'instance', name: 'i-1', account: '123456789012', region: 'eu-west-1' }] },
}

const none: RetirementPlan = { releases: [], bakes: [], leftovers: [], uses: {} }
/** A failed bake, and made no AMI. */
const failedBake = (version: string, action: Retiring['action']) => release(version, action, { ami: '', removeAt: now })

const operation = 'retire-20260920T090000Z'
const place = { account: '123456789012', region: 'eu-west-1' }
type Outcome = Pick<WithdrawnAmi, 'action' | 'outcome' | 'why'>
const withdrawal = (...outcomes: Outcome[]): Withdrawal => ({
  ...place,
  users: [place],
  protects: [],
  otherwise: 'keep',
  amis: outcomes.map((outcome, at) => ({
    image: 'web',
    version: `1.0.${at}/1`,
    ami: `ami-${at}`,
    ...outcome,
  })),
})
const finished: RetirementNow = {
  status: 'finished',
  withdrawals: [
    withdrawal(
      { action: 'deprecate', outcome: 'done' },
      { action: 'remove', outcome: 'gone' },
      { action: 'remove', outcome: 'in-use' },
    ),
  ],
  leftovers: [],
  problems: [],
}

interface World {
  says?: boolean
  plan?: RetirementPlan
  /** How the run is, look by look: it ends with the last. */
  looks?: RetirementNow[]
}

function parts({ says, plan = whole, looks = [finished] }: World = {}) {
  const started: RetirementRequest[] = []
  const left = [...looks]
  const retiring = {
    plan: vi.fn(async () => plan),
    start: async (request: RetirementRequest) => void started.push(request),
    look: vi.fn(async (_: string) => left.shift() ?? finished),
  }
  return {
    now,
    started,
    retiring,
    pause: vi.fn(async () => {}),
    canAsk: () => says !== undefined,
    confirm: vi.fn(async () => says ?? false),
    open: vi.fn(async () => ({ caller: alice, retiring })),
  }
}
type Deps = ReturnType<typeof parts>
const run = (options: Partial<RetireOptions>, deps: Deps = parts()) => retire({ fleet, ...options }, deps)

describe('rebake retire', () => {
  const printed = caughtOutput()

  it('shows what becomes of each release, asks, and follows the run to its end', async () => {
    const deps = parts({
      says: true,
      looks: [
        { status: 'running', withdrawals: [withdrawal({ action: 'remove' })], leftovers: [], problems: [] },
        finished,
      ],
    })
    await run({ reason: 'quota\n is full' }, deps)
    expect(deps.retiring.plan).toHaveBeenCalledWith(now)
    expect(printed()).toContain('1 release to deprecate, 1 to remove, 1 to remove where nothing uses them, 1 later.')
    expect(printed()).toMatch(/web +1\.0\.4\/1 +ami-1\.0\.4\/1 +2026-08-01 10:00 +deprecate +deprecate, for a reason/)
    expect(printed()).toMatch(/1\.0\.1\/1.* +remove where unused +123456789012 eu-west-1: instance i-1/)
    expect(printed()).toMatch(/1\.0\.3\/1.* +from 2026-09-27 06:00 +wait, for a reason/)
    expect(deps.confirm).toHaveBeenCalledWith('Do it in account 111122223333, eu-west-1, and in every target account?')
    expect(deps.started).toEqual([{ time: now, by: alice, act: true, reason: 'quota is full' }])
    expect(deps.retiring.look).toHaveBeenCalledWith(operation)
    expect(deps.pause).toHaveBeenCalledTimes(1)
    expect(printed()).toMatch(
      /✔ AMIs in 123456789012 eu-west-1 {2}3 AMIs, 1 in use\n✔ 1 AMI deprecated, 1 removed, 1 kept, as something uses them\.\n$/,
    )
    expect(process.exitCode).toBeUndefined()
  })

  it('fails where something is not done, and says what', async () => {
    const deps = parts({
      looks: [
        {
          status: 'failed',
          withdrawals: [withdrawal({ action: 'remove', outcome: 'failed', why: 'no role' })],
          leftovers: [],
          problems: ['123456789012 eu-west-1: no role'],
        },
      ],
    })
    await run({ yes: true }, deps)
    expect(printed()).toContain('✖ AMIs in 123456789012 eu-west-1  no role')
    expect(printed()).toContain(
      '✖ Not all of it is done: 0 AMIs deprecated, 0 removed.\n  123456789012 eu-west-1: no role\n',
    )
    expect(process.exitCode).toBe(1)
  })

  it('starts nothing when the answer is no', async () => {
    const deps = parts({ says: false })
    await run({}, deps)
    expect(deps.started).toEqual([])
    expect(printed().trimEnd()).toMatch(/Nothing was started\.$/)
    expect(process.exitCode).toBe(1)
  })

  it.each([
    ['set so', { dryRun: true }, whole],
    [
      'there is nothing to do',
      { yes: true },
      { ...none, releases: [release('1.0.3/1', 'wait', { removeAt: now })], bakes: [failedBake('1.0.5/2', 'wait')] },
    ],
    ['nothing is old', { yes: true }, none],
  ])('only shows it where %s', async (_, options, plan) => {
    const deps = parts({ plan })
    await run(options, deps)
    await run({ ...options, json: true }, deps)
    expect(deps.started).toEqual([])
    expect(deps.confirm).not.toHaveBeenCalled()
    expect(JSON.parse(printed().slice(printed().indexOf('{')))).toEqual({ plan })
  })

  it('says what nobody knows', async () => {
    await run({ dryRun: true }, parts({ plan: { ...whole, unread: '123456789012 eu-west-1: denied' } }))
    expect(printed()).toContain('! Nobody knows what is used in some places: 123456789012 eu-west-1: denied')
  })

  it('is named after its time', async () => {
    const deps = parts()
    const at = '2026-09-20T10:00:00Z'
    await run({ at, yes: true }, deps)
    expect(deps.started).toEqual([{ time: at, by: alice, act: true }])
    expect(deps.retiring.look).toHaveBeenCalledWith('retire-20260920T100000Z')
  })

  it('prints one JSON document', async () => {
    await run({ yes: true, json: true })
    expect(JSON.parse(printed())).toEqual({ operation, plan: whole, ...finished })
  })

  it.each([
    [{ fleet: without, yes: true }, "Give it 'retirement: { keep: 3 }' in"],
    [{}, 'say so beforehand with --yes, or --dry-run'],
    [{ json: true }, 'say so beforehand with --yes, or --dry-run'],
    [{ yes: true, endpointUrl: 'x' }, 'expected a URL'],
  ])('asks nobody, and nothing of AWS: %j', async (options, message) => {
    const deps = parts()
    const problem = await run(options, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain(message)
    expect(deps.open).not.toHaveBeenCalled()
  })
})
