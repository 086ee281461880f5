import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Failed } from '../../../cli/problems.ts'
import type { Standing, Status } from '../../../cli/status/api.ts'
import type { Seen } from '../../../cli/status/campaign-status.ts'
import type { StatusOptions } from '../../../cli/status/command.ts'
import { status } from '../../../cli/status/run.ts'
import { noLocks } from '../../../domain/locks.ts'
import type { CampaignImageItem } from '../../../ledger/items.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:golden-rebake:x'
const image = (name: string, parent: string, order: number, more: object) =>
  ({
    image: name,
    reason: 'because',
    plan: { decision: 'bake', parent, order, bakeSeconds: 2400 },
    ...more,
  }) as CampaignImageItem
const time = (hour: number) => `2026-09-01T${String(hour).padStart(2, '0')}:00:00Z`

interface Shown {
  step?: { name: string; since: string }
  base: object
  java?: object
  isOver?: true
}
const baking = { status: 'baking', execution, startedAt: time(7) }

/** The campaign of al2023: base runs, then is released; java waits, then fails. */
const shown: Shown[] = [
  { base: { status: 'baking' }, step: { name: 'Await Bake', since: time(6) } },
  { base: { status: 'candidate' }, step: { name: 'Soak', since: time(7) }, java: baking },
  {
    isOver: true,
    base: { status: 'released', finishedAt: time(8) },
    java: { ...baking, status: 'failed', reason: 'it broke\nin two', finishedAt: time(9) },
  },
]
const reason = 'al2023 released'
const trigger = {
  kind: 'release' as const,
  upstream: 'al2023',
  ami: 'ami-1',
  amiName: 'soe',
  time: time(6),
  reason,
}
const moments = shown.map(
  ({ step, base, java = {}, isOver }): Seen => ({
    campaign: 'al2023-ami-1',
    record: {
      trigger,
      startedAt: time(6),
      status: isOver ? 'finished' : 'running',
      ...(isOver && { finishedAt: time(9) }),
    },
    images: [
      image('java', 'base', 2, { status: 'planned', ...java }),
      image('base', 'al2023', 1, { execution, startedAt: time(6), version: '1.0.0/1', ...base }),
    ],
    steps: new Map(step ? [['base', step]] : []),
    approvals: [],
    claims: noLocks,
  }),
)
const [, , last] = moments as [Seen, Seen, Seen]

const held = { image: 'web', at: time(5), by: 'arn:aws:iam::111122223333:user/alice', reason: 'it broke' }
const everything: Standing = {
  held: [{ ...held, operation: 'rollback-web' }],
  operations: [
    {
      operation: 'rollback-web',
      kind: 'rollback',
      execution: 'arn',
      status: 'failed',
      startedAt: time(5),
      by: 'alice',
      problems: ['123456789012 eu-west-1: denied'],
      image: 'web',
      from: '1.0.2/1',
      to: '1.0.1/1',
      hold: false,
    },
  ],
  approvals: ['al2023-ami-1', 'another'].map((campaign) => ({
    campaign,
    image: 'base',
    version: '1.0.0/1',
    ami: 'ami-2',
    ring: 'everyone',
    requestedAt: time(7),
    until: '2026-09-03T07:00:00Z',
    approvers: [],
  })),
}
const nothing: Standing = { held: [], operations: [], approvals: [] }

/** A fleet whose campaign goes on with each look at it. */
function parts({ from = 0, standing = nothing, isWatched = false, fails = 0 } = {}) {
  let at = from
  let failures = fails
  const source: Status = {
    open: async () => (at < 2 ? ['al2023-ami-1'] : []),
    ended: async () => (at < 2 ? 'ubuntu-ami-9' : 'al2023-ami-1'),
    campaign: async (name) => {
      if (failures-- > 0)
        throw new Failed('Could not look.', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
      if (name === 'ubuntu-ami-9') return { ...last, campaign: name }
      return moments[Math.min(at++, 2)] as Seen
    },
    standing: async () => standing,
    now: () => time(9),
  }
  return { open: async () => source, pause: vi.fn(async () => undefined), isWatched: () => isWatched }
}

describe('rebake status', () => {
  const printed = caughtOutput()
  const run = (options: Partial<StatusOptions> = {}, deps = parts()) => status({ fleet, ...options }, deps)
  let reported: string[] = []
  beforeEach(() => {
    reported = []
    vi.spyOn(console, 'error').mockImplementation((text) => void reported.push(text))
  })

  it('shows what is open, once, and what ended last', async () => {
    await run()
    expect(printed()).toBe(`al2023 ami-1
  al2023-ami-1: al2023 released
  running since 2026-09-01 06:00 UTC, 3h: 1 running, 1 waiting
IMAGE    STATUS     WHAT        TOOK
base     ● running  Await Bake    3h
└─ java  · waiting

The last that ended
al2023 ami-1
  ubuntu-ami-9: al2023 released
  finished 2026-09-01 09:00 UTC after 3h: 1 released, 1 failed
IMAGE    STATUS      WHAT             TOOK
base     ✔ released                     2h
└─ java  ✖ failed    it broke in two    2h
`)
    expect(process.exitCode).toBeUndefined()
  })

  it('says where nothing is open', async () => {
    await run({}, parts({ from: 2 }))
    expect(printed()).toMatch(/^No campaign is open in account 111122223333, eu-west-1\.\n\nThe last that ended\n/)
  })

  it('shows what is held and by what, and what waits for an approval', async () => {
    await run({}, parts({ standing: everything }))
    expect(printed()).toContain('2 images wait for an approval.')
    expect(printed()).toContain(
      `1 image is held.
HELD  SINCE (UTC)       BY                                    WHY
web   2026-09-01 05:00  arn:aws:iam::111122223333:user/alice  it broke
  \`npx --no-install rebake resume web\` lets it go on

✖ rollback rollback-web is failed, since 2026-09-01 05:00 UTC by alice
    123456789012 eu-west-1: denied
`,
    )
  })

  it('shows one campaign, and what of it waits', async () => {
    await run({ campaign: 'al2023-ami-1' }, parts({ standing: everything }))
    expect(printed()).toContain('1 image waits for an approval.')
    expect(printed()).not.toContain('ubuntu-ami-9')
    expect(process.exitCode).toBeUndefined()
  })

  it('ends with 1 where the campaign that was asked for went wrong', async () => {
    await run({ campaign: 'al2023-ami-1' }, parts({ from: 2 }))
    expect(process.exitCode).toBe(1)
  })

  it('prints one JSON document', async () => {
    await run({ json: true }, parts({ standing: everything, isWatched: true }))
    expect(JSON.parse(printed())).toMatchObject({
      now: time(9),
      campaigns: [{ campaign: 'al2023-ami-1', status: 'running', images: [{ image: 'base' }, { image: 'java' }] }],
      ended: { campaign: 'ubuntu-ami-9', status: 'finished' },
      held: [{ image: 'web', operation: 'rollback-web' }],
      operations: [{ status: 'failed' }],
      approvals: [{ campaign: 'al2023-ami-1' }, { campaign: 'another' }],
    })
  })

  it('follows with a line for each change, and the state at the end', async () => {
    const deps = parts({ fails: 1 })
    await run({ follow: true }, deps)
    expect(printed().split('\n').slice(0, 6)).toEqual([
      '2026-09-01 09:00:00  Campaign: al2023 ami-1',
      '2026-09-01 06:00:00  base  Await Bake',
      '2026-09-01 07:00:00  base  Soak',
      '2026-09-01 08:00:00  base  released',
      '2026-09-01 09:00:00  java  failed: it broke in two',
      'al2023 ami-1',
    ])
    expect(printed()).toContain('  finished 2026-09-01 09:00 UTC after 3h: 1 released, 1 failed')
    expect(reported).toEqual(['Could not look.\nLooking again in 2 seconds.'])
    expect(deps.pause.mock.calls).toEqual([[2000], [2000], [2000]])
  })

  it('follows without being asked to where somebody watches, faster in a rehearsal', async () => {
    const deps = parts({ isWatched: true })
    await run({ endpointUrl: 'http://127.0.0.1:4566' }, deps)
    expect(deps.pause.mock.calls).toEqual([[200], [200]])
    const once = parts({ isWatched: true })
    await run({ follow: false }, once)
    expect(once.pause).not.toHaveBeenCalled()
  })

  it('follows with one JSON line for each change, and nothing else', async () => {
    await run({ follow: true, json: true, campaign: 'al2023-ami-1' })
    const lines = printed()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ image, status, step }) => [image, status, step])).toEqual([
      [undefined, 'running', undefined],
      ['base', 'running', 'Await Bake'],
      ['java', 'waiting', ''],
      ['base', 'running', 'Soak'],
      ['java', 'running', ''],
      ['base', 'released', ''],
      ['java', 'failed', ''],
      [undefined, 'finished', undefined],
    ])
    expect(process.exitCode).toBe(1)
  })
})
