import { describe, expect, it, vi } from 'vitest'
import { BadInput } from '../../../cli/problems.ts'
import type { RevocationNow, Revocations } from '../../../cli/revoke/api.ts'
import type { RevokeOptions } from '../../../cli/revoke/command.ts'
import { revoke } from '../../../cli/revoke/run.ts'
import type { Withdrawal, WithdrawnAmi } from '../../../domain/releases/withdrawal.ts'
import type { Preview } from '../../../functions/plan-revocation/plan-revocation.ts'
import type { RevocationItem, RollbackItem } from '../../../ledger/items.ts'
import { fakeRelease } from '../../support/releases.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const ada = 'arn:aws:iam::111122223333:user/ada'
const now = '2026-09-09T00:00:00Z'
const operation = 'revoke-base-1-0-2-1-20260909T000000Z'
const place = { account: '123456789012', region: 'eu-west-1' }
const bad = fakeRelease({ image: 'base', version: '1.0.2/1' })
const below = fakeRelease({ image: 'java', version: '1.0.2/1', parentAmi: bad.ami })
const withdrawal = (more: Partial<WithdrawnAmi> = {}): Withdrawal => ({
  ...place,
  users: [place],
  protects: [],
  otherwise: 'deprecate',
  amis: [{ image: 'base', version: '1.0.2/1', ami: 'ami-copy', action: 'disable', ...more }],
})
const shown: Preview = {
  releases: [bad],
  goBack: [{ image: 'base', to: '1.0.1/1' }],
  stranded: [],
  spared: [],
  uses: [],
  withdrawals: [withdrawal()],
  rebake: ['base'],
}
const record = { releases: [bad], goBack: shown.goBack, campaign: 'manual-1' } as unknown as RevocationItem
const rollback = (status: RollbackItem['status'], problems: string[] = []) =>
  ({ image: 'base', status, problems }) as unknown as RollbackItem

interface World {
  preview?: Partial<Preview>
  looks?: Partial<RevocationNow>[]
  answer?: boolean
  before?: boolean
}

function world({ preview = {}, looks = [], answer, before = false }: World = {}) {
  const started: object[] = []
  const left = looks.map((look) => ({
    status: 'running' as const,
    rollbacks: [],
    withdrawals: [],
    problems: [],
    ...look,
  }))
  const ended = { status: 'finished' as const, record, rollbacks: [], withdrawals: [], problems: [] }
  const revocations = {
    images: async () => ['base', 'java', 'gone'],
    versions: async (image) => (image === 'gone' ? [] : ['1.0.2/1', '1.0.1/1']),
    preview: vi.fn(async () => ({ ...shown, ...preview })),
    start: async (input) => void started.push(input),
    isThere: async () => before,
    look: async () => left.shift() ?? ended,
  } satisfies Revocations
  const deps = {
    now,
    canAsk: () => answer !== undefined,
    pause: vi.fn(async () => {}),
    open: vi.fn(async () => ({ caller: ada, revocations })),
    confirm: vi.fn(async () => answer ?? false),
  }
  const run = (options: Partial<RevokeOptions> = {}) =>
    revoke({ fleet, image: 'base', version: '1.0.2/1', reason: 'CVE-2026-1', ...options }, deps)
  return { started, edges: deps, run, revocations }
}

describe('rebake revoke', () => {
  const printed = caughtOutput()

  it('shows what it would do, asks, starts it, and follows it to its end', async () => {
    const {
      started,
      edges: deps,
      run,
    } = world({
      answer: true,
      looks: [
        {},
        { record, rollbacks: [rollback('running')], withdrawals: [withdrawal()] },
        {
          status: 'finished',
          record,
          rollbacks: [rollback('finished')],
          withdrawals: [withdrawal({ outcome: 'done' })],
        },
      ],
    })
    await run()
    expect(deps.confirm).toHaveBeenCalledWith('Revoke in account 111122223333, eu-west-1?')
    expect(started).toEqual([
      {
        image: 'base',
        version: '1.0.2/1',
        descendants: false,
        force: false,
        reason: 'CVE-2026-1',
        by: ada,
        time: now,
      },
    ])
    expect(deps.pause).toHaveBeenCalledTimes(2)
    expect(printed()).toBe(`1 release would be revoked, and 1 AMI disabled.
Nothing is baked from them and nothing points to them any more. What runs keeps running.

IMAGE  VERSION  AMI               COPIES  POINTERS
base   1.0.2/1  ami-base-1.0.2/1       1  back to 1.0.1/1

Nothing that could be looked at runs on them.

Baked again afterwards: base, with what descends from them.

✔ pointers of base                back to 1.0.1/1
✔ AMIs in 123456789012 eu-west-1  1 AMI
✔ 1 release revoked, 1 AMI disabled.
What is affected is baked again: \`npx --no-install rebake status manual-1\`
`)
    expect(process.exitCode).toBeUndefined()
  })

  it('names what runs on it, what descends from it, and what has nothing to roll back to', async () => {
    const use = { ...place, kind: 'instance' as const, name: 'i-0a', ami: 'ami-copy' }
    const { run } = world({
      answer: false,
      preview: {
        uses: [use],
        unread: '234567890123 eu-west-1: no role',
        spared: [below],
        goBack: [],
        stranded: ['base'],
        rebake: [],
      },
    })
    await run()
    expect(printed()).toContain('In use, so not disabled but deprecated (--force disables them too):')
    expect(printed()).toContain('123456789012  eu-west-1  ami-copy  instance i-0a')
    expect(printed()).toContain('nothing is disabled: 234567890123 eu-west-1: no role')
    expect(printed()).toContain('1 release descended from it stays (--descendants revokes them too):\n  java 1.0.2/1')
    expect(printed()).toContain('There is no good release of base: its parameters are deleted, in every account.')
    expect(printed()).toContain('Nothing is baked again')
    expect(printed()).toMatch(/Nothing was revoked\.\n$/)
    expect(process.exitCode).toBe(1)
  })

  it('says what --force does', async () => {
    const use = { ...place, kind: 'auto-scaling-group' as const, name: 'web', ami: 'ami-copy' }
    const { run, revocations } = world({ answer: false, preview: { uses: [use] } })
    await run({ force: true, descendants: true })
    expect(printed()).toContain('disabled all the same (--force)')
    expect(revocations.preview).toHaveBeenCalledWith({
      image: 'base',
      version: '1.0.2/1',
      descendants: true,
      force: true,
    })
  })

  it('fails where something is not done, and says how to go on', async () => {
    const { run } = world({
      looks: [
        {
          status: 'failed',
          record,
          rollbacks: [rollback('failed', ['ring all: no role'])],
          withdrawals: [withdrawal({ outcome: 'in-use' }), withdrawal({ outcome: 'failed', why: 'no role' })],
          problems: ['base back to 1.0.1/1: ring all: no role'],
        },
      ],
    })
    await run({ yes: true })
    expect(printed()).toContain('✖ pointers of base                ring all: no role')
    expect(printed()).toContain('✔ AMIs in 123456789012 eu-west-1  1 AMI, 1 in use')
    expect(printed()).toContain('✖ AMIs in 123456789012 eu-west-1  no role')
    expect(printed()).toContain('1 in use and only deprecated.\n  base back to 1.0.1/1: ring all: no role')
    expect(printed()).toContain('give the same command again')
    expect(process.exitCode).toBe(1)
  })

  it('of the same time starts nothing, and follows what was started', async () => {
    const { run, started, revocations } = world({ before: true })
    await run({ yes: true, json: true })
    expect(started).toEqual([])
    expect(revocations.preview).not.toHaveBeenCalled()
    expect(JSON.parse(printed())).toMatchObject({
      operation,
      status: 'finished',
      record: { campaign: 'manual-1' },
    })
  })

  it.each<[string, Partial<RevokeOptions>, string]>([
    ['an image', { image: 'bsae' }, "IMAGE bsae: the fleet has no image 'bsae', did you mean 'base'?"],
    ['a version', { version: '1.0.4/1' }, "VERSION 1.0.4/1: base has no release 1.0.4/1, did you mean '1.0.2/1'?"],
    ['a version far from all', { version: '9' }, 'VERSION 9: base has no release 9; it has 1.0.2/1 and 1.0.1/1'],
    ['a version of an image without releases', { image: 'gone' }, 'gone has no release 1.0.2/1; it has none'],
  ])('takes %s that there is not for bad usage', async (_, options, message) => {
    const { run, started, revocations } = world({ answer: true })
    const failure = run(options)
    await expect(failure).rejects.toThrow(BadInput)
    await expect(failure).rejects.toThrow(message)
    expect([started, revocations.preview.mock.calls]).toEqual([[], []])
  })

  it.each<[string, Partial<RevokeOptions>, RegExp]>([
    ['no reason', { reason: ' ' }, /Say why with --reason/],
    ['nobody to ask', {}, /beforehand with --yes/],
    ['JSON, and nobody asked', { json: true }, /beforehand with --yes/],
  ])('takes %s for bad usage', async (_, options, message) => {
    const { run, edges: deps } = world()
    const failure = run(options)
    await expect(failure).rejects.toThrow(BadInput)
    await expect(failure).rejects.toThrow(message)
    expect(deps.open).not.toHaveBeenCalled()
  })
})
