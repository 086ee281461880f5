import { describe, expect, it, vi } from 'vitest'
import type { PlanOptions } from '../../../cli/plan/command.ts'
import { plan } from '../../../cli/plan/run.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'
import { timedFleet, timedFleetText } from '../timed-fleet.ts'

const { fleet } = fleetFile(timedFleetText)

const now = '2026-11-25T00:00:00Z'
const ubuntu = knownUpstream('ami-0ubuntu')
const last = {
  ami: 'ami-0web',
  version: '1.0.0/1',
  parentAmi: 'ami-0ubuntu',
  definition: 'older',
  at: '2026-11-22T00:00:00Z',
  campaign: 'ubuntu-ami-0ubuntu',
}
const live = fakeLive({ upstreams: { ubuntu }, images: { web: { last } } })
const open = vi.fn(async () => live)
const run = (options: Partial<PlanOptions>) => plan({ fleet, ...options }, now, open)

describe('rebake plan', () => {
  const printed = caughtOutput()

  it('with --exit-code ends with 3 where an image would be baked', async () => {
    await run({ image: ['web'], exitCode: true })
    expect(process.exitCode).toBe(3)
  })

  const decisionOn = (image: string) => {
    const { images } = JSON.parse(printed()) as {
      images: { image: string; decision: string; reason: string }[]
    }
    return images.find((each) => each.image === image)
  }

  it('says now, by the machine, what the ledger knows nothing of', async () => {
    await run({ release: 'ubuntu' })
    expect(printed()).toMatch(/^ubuntu released ami-0[0-9a-f]{16}\.\n1 image would be baked/)
    expect(printed()).toContain('As if nothing had ever been baked')
    expect(open).not.toHaveBeenCalled()
  })

  it('takes the time of a freeze from --at', async () => {
    await run({ image: ['web'], at: '2026-12-20T00:00:00Z' })
    expect(printed()).toContain('Would wait until Sun 3 Jan 2027 13:00 UTC:\n')
  })

  it.each([
    { options: { cycle: 'weekly' }, trigger: { kind: 'cycle', time: '2026-11-29T03:30:00Z' } },
    { options: { image: ['web', 'java'] }, trigger: { kind: 'manual', images: ['web', 'java'], time: now } },
    {
      options: { upstream: 'al2023', emergency: true },
      trigger: { kind: 'manual', upstream: 'al2023', emergency: true },
    },
    {
      options: { release: 'reported', emergency: true },
      trigger: { kind: 'release', upstream: 'reported', emergency: true },
    },
    { options: { drift: true, live: true }, trigger: { kind: 'drift', images: [{ image: 'web' }] } },
  ])('plans $options', async ({ options, trigger }) => {
    await run({ ...options, json: true })
    expect(JSON.parse(printed())).toMatchObject({
      trigger,
      campaign: expect.any(String),
      images: { length: 3 },
    })
  })

  it('says why, by what the ledger knows', async () => {
    await run({ cycle: 'weekly', live: true, json: true })
    expect(decisionOn('web')?.reason).toBe('not of the patch cycle weekly')
    expect(decisionOn('java')).toMatchObject({ decision: 'leave', reason: 'its parent base has no AMI yet' })
  })

  it('asks the ledger where an endpoint is given', async () => {
    await run({ image: ['web'], endpointUrl: 'http://127.0.0.1:1' })
    expect(open).toHaveBeenLastCalledWith(expect.objectContaining({ name: 'golden' }), 'http://127.0.0.1:1')
    expect(printed()).not.toContain('As if nothing')
  })

  it('says when nothing is to be set right', async () => {
    const idle = vi.fn(async () => fakeLive())
    await plan({ fleet, drift: true, live: true }, now, idle)
    await plan({ fleet, drift: true, live: true, json: true }, now, idle)
    const [text, ...json] = printed().split('\n')
    expect(text).toBe('Every image is as the fleet says, or on its way.')
    expect(JSON.parse(json.join('\n'))).toEqual({ trigger: null, nothing: [text] })
  })

  it.each([
    { options: {}, message: 'plan needs one trigger: --event FILE' },
    { options: { release: 'al2023', drift: true }, message: 'plan needs one trigger' },
    { options: { image: ['web'], upstream: 'al2023' }, message: 'plan needs one trigger' },
    { options: { drift: true }, message: 'it needs --live' },
    { options: { ami: 'ami-0aaaaaaaaaaaaaaaa', cycle: 'weekly' }, message: 'goes with --upstream NAME' },
  ])('is not asked of $options', async ({ options, message }) => {
    await expect(run(options)).rejects.toThrow(message)
  })

  it('has the whole fleet in its plan', async () => {
    await run({ release: 'al2023', json: true })
    for (const image of Object.keys(timedFleet().images)) expect(decisionOn(image)?.reason).toBeTruthy()
  })
})
