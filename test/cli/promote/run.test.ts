import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { BadInput, Failed } from '../../../cli/problems.ts'
import type { PromoteOptions } from '../../../cli/promote/command.ts'
import { promote } from '../../../cli/promote/run.ts'
import type { RetryOptions } from '../../../cli/retry/command.ts'
import { retry } from '../../../cli/retry/run.ts'
import { emptyFleetState, type ImageState } from '../../../domain/planning/fleet-state.ts'
import type { PromotionFacts } from '../../../domain/planning/promotion.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import type { CampaignImageItem } from '../../../ledger/items.ts'
import { mockOf } from '../../support/mocks.ts'
import { fleetFile } from '../fleet-file.ts'
import { smallFleet } from '../small-fleet.ts'
import { caughtOutput } from '../stdout.ts'

const freeze = "{ reason: moving, from: '2026-09-02T00:00', to: '2026-09-03T00:00', rings: [canary], timezone: UTC }"
const { fleet } = fleetFile(`${smallFleet}freezes: { move: ${freeze} }\n`)

const sfn = mockOf(SFNClient)
const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input)
const now = '2026-09-02T06:00:00Z'
const release: ImageRelease = {
  image: 'web',
  version: '1.0.3/1',
  ami: 'ami-3',
  imageArn: 'arn',
  parentAmi: 'ami-0',
  definition: 'd',
  campaign: 'c3',
  number: 3,
  bakedAt: '2026-09-01T07:30:00Z',
  distributed: { canary: [] },
}
const made = { parentAmi: 'ami-0', definition: 'd', at: now }
const last = (version: string, campaign: string) => ({ ...made, ami: `ami-${version}`, version, campaign })
const attempt = { ...made, campaign: 'c3', tries: 1 }

function parts({ says, ...standing }: Partial<PromotionFacts> & { says?: boolean } = {}) {
  const whole: PromotionFacts = { known: emptyFleetState, release, rollingOut: [], ...standing }
  return {
    now,
    canAsk: () => says !== undefined,
    confirm: vi.fn(async () => says ?? false),
    open: vi.fn(async () => ({
      releases: async () => (whole.release ? [whole.release] : []),
      standing: async () => whole,
    })),
  }
}
const knowing = (web: ImageState, more: Record<string, ImageState> = {}) => ({
  known: { ...emptyFleetState, images: { web, ...more } },
})

describe('rebake promote', () => {
  const printed = caughtOutput()
  beforeEach(() => {
    sfn.reset()
    sfn.on(StartExecutionCommand).resolves({})
  })
  const run = (options: Partial<PromoteOptions>, deps = parts()) => promote({ fleet, image: 'web', ...options }, deps)

  it('shows what is rolled out, asks, and starts the campaign', async () => {
    const deps = parts({
      says: true,
      ...knowing({ last: last('1.0.4/1', 'c4'), released: last('1.0.2/1', 'c2') }),
    })
    await run({ version: '1.0.3/1', reason: 'it was not to blame.' }, deps)
    expect(deps.confirm).toHaveBeenCalledWith('Roll it out in account 111122223333, eu-west-1?')
    const campaign = 'promote-web-1-0-3-1-20260902T060000Z'
    expect(
      printed(),
    ).toContain(`web 1.0.3/1 (ami-3) is rolled out again; nothing is baked. It was baked 2026-09-01 07:30 UTC in campaign c3, and passed its checks.
Why: it was not to blame.
Stable now: 1.0.2/1.
1.0.4/1 is newer, and passed its checks too.
To ring canary it would wait: freeze 'move' (moving) until`)
    expect(printed()).toMatch(/RING +HAS IT +SOAK\ncanary +had it +1d\n/)
    expect(printed()).toContain(`✔ Started the campaign ${campaign}.`)
    const trigger = {
      kind: 'promote',
      image: 'web',
      version: '1.0.3/1',
      time: now,
      reason: 'it was not to blame',
    }
    expect(started()).toMatchObject([{ name: campaign, input: JSON.stringify({ trigger }) }])
  })

  it('takes the newest that passed where no version is named, and prints one JSON document', async () => {
    const deps = parts(knowing({ last: last('1.0.3/1', 'c3') }))
    await run({ yes: true, json: true, at: '2026-09-04T00:00:00Z', emergency: true }, deps)
    const document = JSON.parse(printed())
    expect(document).toMatchObject({
      campaign: 'promote-web-1-0-3-1-20260904T000000Z',
      wasBefore: false,
      plan: { release: { version: '1.0.3/1' }, children: [], forecast: { trigger: { emergency: true } } },
    })
    expect(document.plan).not.toHaveProperty('newest')
  })

  it('starts nothing twice', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('x'), { name: 'ExecutionAlreadyExists' }))
    const own = { campaign: 'promote-web-1-0-3-1-20260902T060000Z', number: 3, version: '1.0.3/1' }
    await run({ yes: true, json: true }, parts({ rollingOut: [own] }))
    expect(JSON.parse(printed())).toMatchObject({ wasBefore: true })
  })

  it('starts nothing when the answer is no', async () => {
    await run({}, parts({ says: false }))
    expect(started()).toEqual([])
    expect(process.exitCode).toBe(1)
  })

  it.each([
    [{ release: undefined }, 'Nothing was promoted: no AMI of web has passed its checks.'],
    [knowing({ released: last('1.0.3/1', 'c3') }), 'Nothing was promoted: web 1.0.3/1 is stable already.'],
    [knowing({ held: { at: now, by: 'bob', reason: 'look' } }), 'rebake resume web'],
  ])('is refused: %#', async (standing, message) => {
    const problem = await run({ yes: true }, parts(standing)).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Failed)
    expect((problem as Error).message).toContain(message)
    expect(started()).toEqual([])
  })

  it('takes a version that there is not for bad usage, and names the nearest', async () => {
    const failure = run({ version: '1.0.33/1', yes: true })
    await expect(failure).rejects.toThrow(BadInput)
    await expect(failure).rejects.toThrow("VERSION 1.0.33/1: web has no release 1.0.33/1, did you mean '1.0.3/1'?")
    expect(started()).toEqual([])
  })

  it.each([
    [{ image: 'wep', yes: true }, "IMAGE wep: the fleet has no image 'wep', did you mean 'web'?"],
    [{}, 'say so beforehand with --yes'],
  ])('asks nothing of AWS for %j', async (options, message) => {
    const deps = parts()
    const problem = await run(options, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain(message)
    expect(deps.open).not.toHaveBeenCalled()
  })
})

describe('rebake retry', () => {
  const printed = caughtOutput()
  const run = async (options: Partial<RetryOptions>, web: ImageState, became?: Partial<CampaignImageItem>) => {
    const start = vi.fn(async () => {})
    const again = vi.fn(async () => {})
    const steering = {
      known: async () => knowing(web).known,
      image: async () => became as CampaignImageItem,
    }
    const deps = { open: async () => steering, canAsk: () => true, start, promote: again }
    await retry({ fleet, image: 'web', ...options }, deps)
    return { start: start.mock.calls, promote: again.mock.calls }
  }

  it('bakes again what failed before it was a candidate', async () => {
    const options = { yes: true, endpointUrl: 'http://127.0.0.1:1' }
    const { start, promote } = await run(options, { attempt: { ...attempt, failed: 'its bake failed: x' } })
    expect(printed()).toBe('The last bake of web failed in campaign c3: its bake failed: x.\n\n')
    const reason = 'again, after campaign c3: its bake failed: x'
    expect(start).toMatchObject([[{ fleet, image: ['web'], reason, ...options }]])
    expect(promote).toEqual([])
  })

  it('rolls out again what had passed, and prints nothing of its own as JSON', async () => {
    const became = { status: 'failed' as const, reason: 'an alarm fired' }
    const { promote } = await run({ json: true, yes: true, reason: 'fixed' }, { last: last('1.0.3/1', 'c3') }, became)
    expect(promote).toMatchObject([[{ image: 'web', version: '1.0.3/1', reason: 'fixed', json: true }]])
    expect(printed()).toBe('')
  })

  it('fails where nothing failed', async () => {
    const through = { last: last('1.0.3/1', 'c3'), released: last('1.0.3/1', 'c3'), attempt }
    await expect(run({ yes: true }, through)).rejects.toThrow(
      new Failed('Nothing was started: nothing of web failed: 1.0.3/1 is stable.'),
    )
  })
})
