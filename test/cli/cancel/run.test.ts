import { describe, expect, it, vi } from 'vitest'
import type { CancelOptions } from '../../../cli/cancel/command.ts'
import { cancel } from '../../../cli/cancel/run.ts'
import type { CampaignState } from '../../../cli/deployment/steering.ts'
import { BadInput, Failed } from '../../../cli/problems.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const campaign = 'al2023-ami-0a'
const alice = 'arn:aws:sts::111122223333:assumed-role/operators/alice'
const trigger = {
  kind: 'release',
  upstream: 'al2023',
  ami: 'ami-0a',
  amiName: 'soe',
  time: '2026-09-01T06:00:00Z',
  reason: 'al2023 released ami-0a',
}
const item = (image: string, parent: string, order: number, status: string, more: object = {}) => ({
  image,
  status,
  reason: `it is ${status}`,
  plan: { image, parent, order, decision: 'bake' },
  ...more,
})
const left = {
  image: 'web',
  status: 'left',
  reason: 'from ubuntu, not from al2023',
  plan: { image: 'web', parent: 'ubuntu', order: 0, decision: 'leave' },
}
const published = { version: '1.0.1/1', published: { canary: 'then', early: 'then' } }
const state = (status: string, images: object[], more: object = {}) =>
  ({ record: { campaign, trigger, status, ...more }, images }) as unknown as CampaignState
const running = state('running', [
  left,
  item('api', 'java', 4, 'planned'),
  item('tool', 'base', 3, 'failed'),
  item('java', 'base', 2, 'baking'),
  item('base', 'al2023', 1, 'candidate', published),
])

function parts(found = running, says?: boolean) {
  const stopped: string[] = []
  const steering = {
    campaign: async () => found,
    stop: async (machine: string, name: string, cause: string) => void stopped.push(`${machine} ${name}: ${cause}`),
  }
  return {
    stopped,
    canAsk: () => says !== undefined,
    confirm: vi.fn(async () => says ?? false),
    open: vi.fn(async () => ({ caller: alice, steering })),
  }
}
const run = (options: Partial<CancelOptions>, deps: ReturnType<typeof parts>) =>
  cancel({ fleet, campaign, ...options }, deps)

describe('rebake cancel', () => {
  const printed = caughtOutput()

  it('shows what is under way, asks, and stops the campaign and each of its rebakes, parents first', async () => {
    const deps = parts(running, true)
    await run({ reason: 'wrong\nkernel' }, deps)
    expect(deps.confirm).toHaveBeenCalledWith('Cancel it in account 111122223333, eu-west-1?')
    expect(printed()).toBe(`al2023-ami-0a, al2023 ami-0a: 2 images under way.

IMAGE  STATUS     VERSION  PUBLISHED IN
base   candidate  1.0.1/1  canary, early
java   baking

Not begun, and will not: api.
Through already: tool (failed).
What is published stays where it is: \`npx --no-install rebake rollback IMAGE\` is the way back.

✔ Cancelled al2023-ami-0a: 2 images stopped.
It is recorded, and everybody who gets messages about campaigns is notified, within a minute. \`npx --no-install rebake retry IMAGE\` takes an image up again.
`)
    const cause = `cancelled by ${alice}: wrong kernel`
    expect(deps.stopped).toEqual([
      `campaign ${campaign}: ${cause}`,
      ...['base', 'java', 'api'].map((image) => `rebake ${campaign}-${image}: ${cause}`),
    ])
  })

  it('stops one image, and what descends from it', async () => {
    const deps = parts()
    await run({ image: 'java', yes: true, json: true }, deps)
    expect(deps.stopped).toEqual(['java', 'api'].map((image) => `rebake ${campaign}-${image}: cancelled by ${alice}`))
    expect(JSON.parse(printed())).toEqual({
      campaign,
      image: 'java',
      wasBefore: false,
      by: alice,
      underWay: [{ image: 'java', status: 'baking', rings: [] }],
      notStarted: ['api'],
      over: [{ image: 'tool', status: 'failed' }],
    })
  })

  it('cancels what waits, and says that a release comes back', async () => {
    const waiting = { until: '2027-01-03T13:00:00.000Z', reasons: ["freeze 'year-end'"] }
    const deps = parts(state('waiting', [], { waiting }), true)
    await run({}, deps)
    expect(printed()).toContain("nothing has begun.\nIt waits until 2027-01-03T13:00:00.000Z:\n  freeze 'year-end'\n")
    expect(printed()).toContain(
      'To stay on an older AMI of an upstream: `npx --no-install rebake start --upstream NAME --ami AMI`.',
    )
    expect(deps.stopped).toEqual([`campaign ${campaign}: cancelled by ${alice}`])
  })

  it('stops nothing when the answer is no', async () => {
    const deps = parts(running, false)
    await run({}, deps)
    expect(deps.stopped).toEqual([])
    expect(printed().trimEnd()).toMatch(/Nothing was cancelled\.$/)
    expect(process.exitCode).toBe(1)
  })

  it.each([
    [{}, 'aborted', 'Campaign al2023-ami-0a has ended: aborted. Nothing was cancelled now.\n'],
    [{ image: 'tool' }, 'running', 'tool in campaign al2023-ami-0a has ended: failed. Nothing was cancelled now.\n'],
    [{ image: 'api' }, 'aborted', 'api in campaign al2023-ami-0a has ended: aborted. Nothing was cancelled now.\n'],
  ])('says that %j of a campaign that is %s has ended', async (options, status, text) => {
    const deps = parts(state(status, running.images as object[]))
    await run({ ...options, yes: true }, deps)
    expect(printed()).toBe(text)
    expect(process.exitCode).toBeUndefined()
    expect(deps.stopped).toEqual([])
  })

  it('says of a repeat that it was before, as JSON', async () => {
    await run({ yes: true, json: true }, parts(state('aborted', [])))
    expect(JSON.parse(printed())).toEqual({ campaign, wasBefore: true, status: 'aborted' })
  })

  it.each([
    [{}, { record: undefined, images: [] }, BadInput, 'The ledger knows no campaign al2023-ami-0a.'],
    [{ image: 'web' }, running, Failed, 'does not rebake web: from ubuntu, not from al2023.'],
    [{ image: 'gone' }, running, BadInput, 'Campaign al2023-ami-0a does not rebake gone.'],
    [{ image: 'api' }, running, Failed, 'api has not begun: it begins when java has passed its checks.'],
  ])('fails for %j', async (options, found, type, message) => {
    const deps = parts(found)
    const problem = await run({ ...options, yes: true }, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(type)
    expect((problem as Error).message).toContain(message)
    expect(deps.stopped).toEqual([])
  })

  it.each([{}, { json: true }])('asks nothing of AWS where nobody can be asked: %j', async (options) => {
    const deps = parts()
    await expect(run(options, deps)).rejects.toThrow(BadInput)
    expect(deps.open).not.toHaveBeenCalled()
  })
})
