import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { BadInput, Failed } from '../../../cli/problems.ts'
import type { StartOptions } from '../../../cli/start/command.ts'
import { startByHand } from '../../../cli/start/run.ts'
import { mockOf } from '../../support/mocks.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const sfn = mockOf(SFNClient)
const live = fakeLive({ upstreams: { ubuntu: knownUpstream('ami-0ubuntu') } })
const liveDeps = (answer?: boolean) => ({
  now: '2026-09-01T06:00:00Z',
  open: vi.fn(async () => live),
  canAsk: () => answer !== undefined,
  confirm: vi.fn(async () => answer ?? false),
})
const run = (options: Partial<StartOptions>, deps = liveDeps()) =>
  startByHand({ fleet, image: ['web'], ...options }, deps)
const campaign = 'manual-20260901T060000Z-web'
const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input)

describe('rebake start', () => {
  const printed = caughtOutput()
  beforeEach(() => {
    sfn.reset()
    sfn.on(StartExecutionCommand).resolves({})
  })

  it('shows the plan, asks, and starts the campaign', async () => {
    const deps = liveDeps(true)
    await run({ reason: 'CVE-2026-1.' }, deps)
    expect(deps.confirm).toHaveBeenCalledWith('Start it in account 111122223333, eu-west-1?')
    expect(printed()).toMatch(/^Manual: web\.\nWhy: CVE-2026-1\.\n1 image would be baked/)
    expect(printed()).toContain(`✔ Started the campaign ${campaign}.`)
    expect(printed()).toContain('https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/')
    expect(printed()).toContain(`\n  npx --no-install rebake status ${campaign}\n`)
    const trigger = { kind: 'manual', images: ['web'], time: '2026-09-01T06:00:00Z', reason: 'CVE-2026-1' }
    expect(started()).toMatchObject([{ name: campaign, input: JSON.stringify({ trigger }) }])
    expect(process.exitCode).toBeUndefined()
  })

  it('starts nothing when the answer is no', async () => {
    await run({}, liveDeps(false))
    expect(printed().trimEnd()).toMatch(/Nothing was started\.$/)
    expect(started()).toEqual([])
    expect(process.exitCode).toBe(1)
  })

  it('does not ask with --yes', async () => {
    const deps = liveDeps(true)
    await run({ yes: true, emergency: true }, deps)
    expect(deps.confirm).not.toHaveBeenCalled()
    expect(printed()).toContain('Emergency: no freeze and no window holds it up.')
    expect(started()).toHaveLength(1)
  })

  it('has the name that its time gives it, and says when it was there before', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('x'), { name: 'ExecutionAlreadyExists' }))
    await run({ yes: true, at: '2026-09-03T10:00:00Z' })
    expect(printed()).toContain(
      '! The campaign manual-20260903T100000Z-web was started before. Nothing was started now.',
    )
  })

  it('points to a rehearsal, not to the console', async () => {
    await run({ yes: true, endpointUrl: 'http://127.0.0.1:4566' })
    expect(printed()).not.toContain('console')
    expect(printed()).toMatch(/rebake status \S+ --endpoint-url http:..127.0.0.1:4566\n/)
  })

  it('prints one JSON document and nothing else', async () => {
    await run({ yes: true, json: true })
    expect(JSON.parse(printed())).toMatchObject({
      campaign,
      wasBefore: false,
      plan: { campaign, live: true },
      executionArn: `arn:aws:states:eu-west-1:111122223333:execution:golden-campaign:${campaign}`,
    })
  })

  it.each([
    { options: {}, parts: liveDeps(), message: 'say so beforehand with --yes' },
    { options: { json: true }, parts: liveDeps(true), message: 'say so beforehand with --yes' },
    { options: { image: ['wbe'], yes: true }, parts: liveDeps(), message: "did you mean 'web'?" },
    { options: { endpointUrl: 'x', yes: true }, parts: liveDeps(), message: 'expected a URL' },
  ])('asks nobody, and nothing of AWS: $message', async ({ options, parts: deps, message }) => {
    const problem = await run(options, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain(message)
    expect(deps.open).not.toHaveBeenCalled()
  })

  it('starts nothing that would bake nothing', async () => {
    const problem = await run({ image: ['java'], yes: true, json: true }).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Failed)
    expect((problem as Error).message).toBe(
      'Nothing would be baked, so nothing was started.\n  java: its parent base has no AMI yet',
    )
    expect(started()).toEqual([])
  })
})
