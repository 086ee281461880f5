import { describe, expect, it, vi } from 'vitest'
import { BadInput } from '../../../cli/problems.ts'
import type { RollbackInput, RollbackNow, Rollbacks } from '../../../cli/rollback/api.ts'
import type { RollbackOptions } from '../../../cli/rollback/command.ts'
import { rollback } from '../../../cli/rollback/run.ts'
import type { Standing } from '../../../cli/status/standing.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import type { RollbackItem } from '../../../ledger/items.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const ada = 'arn:aws:iam::111122223333:user/ada'
const now = '2026-09-09T00:00:00Z'
const operation = 'rollback-base-20260909T000000Z'
const release = (n: number, more: Partial<ImageRelease> = {}): ImageRelease => ({
  image: 'base',
  version: `1.0.${n}/1`,
  ami: `ami-${n}`,
  imageArn: `arn:${n}`,
  parentAmi: `soe-${n}`,
  definition: 'd',
  campaign: `c${n}`,
  number: n,
  bakedAt: `2026-09-0${n}T00:00:00Z`,
  releasedAt: `2026-09-0${n}T12:00:00Z`,
  distributed: {
    canary: [{ account: '123456789012', region: 'eu-west-1', ami: `ami-canary-${n}` }],
    everyone: [{ account: '234567890123', region: 'eu-west-1', ami: `ami-everyone-${n}` }],
  },
  ...more,
})
const asked = { at: now, by: ada, reason: 'it crashes', operation }
const child = {
  last: { ami: 'c', version: '1', parentAmi: 'ami-2', definition: 'd', at: now, campaign: 'c' },
}

interface World {
  standing?: Partial<Standing>
  records?: Record<string, Partial<RollbackItem>>
  looks?: RollbackNow[]
  answer?: boolean
}

function world({ standing = {}, records = {}, looks = [], answer }: World = {}) {
  const started: RollbackInput[] = []
  const left = [...looks]
  const rollbacks: Rollbacks = {
    standing: async () => ({
      releases: [release(2), release(1)],
      underWay: [],
      known: { ...emptyFleetState, images: { java: child } },
      ...standing,
    }),
    read: async (name) => records[name] as RollbackItem | undefined,
    start: async (input) => void started.push(input),
    look: async () => left.shift() ?? { status: 'finished', rings: [], problems: [] },
  }
  const deps = {
    now,
    canAsk: () => answer !== undefined,
    pause: vi.fn(async () => {}),
    open: vi.fn(async () => ({ caller: ada, rollbacks })),
    confirm: vi.fn(async () => answer ?? false),
  }
  const run = (options: Partial<RollbackOptions> = {}) => rollback({ fleet, image: 'base', ...options }, deps)
  return { started, edges: deps, run }
}
const step = (ring: string, status: 'waiting' | 'restoring' | 'done' | 'wrong', wrong: string[] = []) => ({
  ring,
  status,
  wrong,
  at: now,
  parameter: '',
  launchTemplates: [],
  targets: [],
})
const images = (held: object) => ({ ...emptyFleetState, images: { base: { held: { ...asked, ...held } } } })

describe('rebake rollback', () => {
  const printed = caughtOutput()

  it('shows what goes back, asks, starts it, and follows it to its end', async () => {
    const running = { status: 'running' as const, problems: [] }
    const {
      started,
      edges: deps,
      run,
    } = world({
      answer: true,
      standing: {
        underWay: [{ campaign: 'c3', stage: 'roll-out', waits: false } as never],
      },
      looks: [
        { ...running, rings: [] },
        { ...running, rings: [step('canary', 'done'), step('everyone', 'restoring')] },
        { status: 'finished', rings: [step('canary', 'done'), step('everyone', 'done')], problems: [] },
      ],
    })
    await run({ reason: 'it\ncrashes' })
    expect(deps.confirm).toHaveBeenCalledWith('Roll it back in account 111122223333, eu-west-1?')
    expect(started).toEqual([{ image: 'base', to: '1.0.1/1', reason: 'it crashes', by: ada, hold: true, time: now }])
    expect(deps.pause).toHaveBeenCalledTimes(2)
    expect(printed()).toBe(`base rolls back from 1.0.2/1 to 1.0.1/1.
  1.0.2/1  ami-2  released 2026-09-02 12:00 UTC
  1.0.1/1  ami-1  released 2026-09-01 12:00 UTC

RING      ACCOUNT       REGION     AMI
canary    123456789012  eu-west-1  ami-canary-1
everyone  234567890123  eu-west-1  ami-everyone-1

Under way, and stopped by it:
  campaign c3 has the lock to roll it out

Rebaked from ami-1 at the next look at all images:
  java

Parameters, channels and launch templates go back; what runs already is left alone.
base is held from then on: nothing of it is baked or moves until \`npx --no-install rebake resume base\`.

✔ ring canary    1 target restored
✔ ring everyone  1 target restored
✔ base is 1.0.1/1 again, in 2 targets of 2 rings. It is held: \`npx --no-install rebake resume base\` lets it go on.
`)
    expect(process.exitCode).toBeUndefined()
  })

  it('starts nothing when the answer is no', async () => {
    const { started, run } = world({ answer: false })
    await run()
    expect(printed()).toMatch(/Nothing was rolled back\.\n$/)
    expect([started, process.exitCode]).toEqual([[], 1])
  })

  it('is 1 where some target did not go back, and says which', async () => {
    const problems = ['ring everyone: 234567890123 eu-west-1: no role']
    const rings = [step('canary', 'done'), step('everyone', 'wrong', ['234567890123 eu-west-1: no role'])]
    const { run } = world({ looks: [{ status: 'failed', rings, problems }] })
    await run({ yes: true })
    expect(printed()).toContain('✖ ring everyone  234567890123 eu-west-1: no role\n')
    expect(printed()).toContain(
      `✖ base is not 1.0.1/1 everywhere:\n  ${problems[0]}\n\nFix what is said of each target,`,
    )
    expect(process.exitCode).toBe(1)
  })

  it('is one document where that is asked for', async () => {
    const { run } = world({ looks: [{ status: 'finished', rings: [step('canary', 'done')], problems: [] }] })
    await run({ yes: true, json: true, ring: 'canary', to: '1.0.2/1', at: '2026-09-10T00:00:00Z' })
    expect(JSON.parse(printed())).toMatchObject({
      operation: 'rollback-base-20260910T000000Z',
      image: 'base',
      from: '1.0.2/1',
      to: '1.0.2/1',
      ring: 'canary',
      status: 'finished',
      problems: [],
      plan: { rings: [{ ring: 'canary', targets: [{ ami: 'ami-canary-2' }] }], rebaked: [] },
      rings: [{ ring: 'canary', status: 'done', wrong: [] }],
    })
  })

  it('does nothing where all is there already', async () => {
    const rolledBack = { releases: [release(2, { rolledBack: asked }), release(1)] }
    const records = { [operation]: { status: 'finished', to: '1.0.1/1' } } as const
    const { started, run } = world({ records, standing: rolledBack })
    await run({ yes: true, at: '2026-09-10T00:00:00Z' })
    expect(printed()).toBe('base is 1.0.1/1 already, wherever it could go back. Nothing was done.\n')
    const held = world({ records, standing: { ...rolledBack, known: images({}) } })
    await held.run({ yes: true, json: true, at: '2026-09-10T00:00:00Z' })
    expect(started.concat(held.started)).toEqual([])
    expect(process.exitCode).toBeUndefined()
  })

  it.each([
    ['ended as incomplete', { status: 'failed', to: '1.0.1/1' }, {}],
    ['went back further', { status: 'finished', to: '1.0.0/1' }, {}],
    ['was of one ring', { status: 'finished', to: '1.0.1/1', ring: 'canary' }, {}],
    ['was of all, and this is of one', { status: 'finished', to: '1.0.1/1' }, { ring: 'canary' }],
  ] as const)('starts another where the last one %s', async (_, record, more) => {
    const { started, run } = world({ records: { [operation]: record }, standing: { known: images({}) } })
    await run({ yes: true, at: '2026-09-10T00:00:00Z', ...more })
    expect(started).toHaveLength(1)
  })

  it('follows one that was started before, and starts nothing', async () => {
    const {
      started,
      edges: deps,
      run,
    } = world({
      answer: false,
      records: { [operation]: { status: 'running', to: '1.0.1/1' } },
    })
    await run()
    expect([started, deps.confirm.mock.calls]).toEqual([[], []])
    expect(printed()).toContain('✔ base is 1.0.1/1 again')
  })

  it('is refused while another operation has the image', async () => {
    const other = { operation: 'rollback-other', status: 'running', startedAt: now, by: 'bob' } as const
    const { run } = world({
      records: { 'rollback-other': other },
      standing: { known: images({ operation: 'rollback-other' }) },
    })
    await expect(run({ yes: true })).rejects.toThrow(
      `rollback-other has base since ${now}, for bob, and has not ended. Wait for it.`,
    )
  })

  it('warns of targets that cannot go back', async () => {
    const { distributed = {} } = release(1)
    const { run } = world({
      answer: false,
      standing: {
        releases: [release(2), release(1, { distributed: { canary: distributed.canary ?? [] } })],
      },
    })
    await run()
    expect(printed()).toContain(
      '! These cannot go back, and it will end as incomplete:\n  ring everyone: 234567890123 eu-west-1: never had 1.0.1/1\n',
    )
    expect(printed()).toContain('everyone  no target')
  })

  it.each([
    [{ image: 'bass' }, BadInput, "IMAGE bass: the fleet has no image 'bass', did you mean 'base'?"],
    [{ ring: 'canari' }, BadInput, "--ring canari: the fleet has no ring 'canari'"],
    [{ to: '1.0.11/1' }, BadInput, "--to 1.0.11/1: base has no release 1.0.11/1, did you mean '1.0.1/1'?"],
    [{ yes: false }, BadInput, 'Nobody can be asked whether to go on'],
  ])('refuses %j', async (options, kind, message) => {
    const { run, started } = world()
    const refused = run({ yes: true, ...options })
    await expect(refused).rejects.toThrow(kind)
    await expect(refused).rejects.toThrow(message)
    expect(started).toEqual([])
  })
})
