import { describe, expect, it, vi } from 'vitest'
import type { HoldRequest } from '../../../cli/hold/api.ts'
import type { HoldOptions } from '../../../cli/hold/command.ts'
import { hold, resume } from '../../../cli/hold/run.ts'
import { BadInput } from '../../../cli/problems.ts'
import type { Standing } from '../../../cli/status/standing.ts'
import { emptyFleetState, type FleetState } from '../../../domain/planning/fleet-state.ts'
import { knownUpstream } from '../fake-live.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const ada = 'arn:aws:iam::111122223333:user/ada'
const now = '2026-09-09T00:00:00Z'
const held = { at: '2026-09-08T00:00:00Z', by: 'bob', reason: 'INC-1' }
const last = { ami: 'a', version: '1', parentAmi: 'ami-old', definition: 'd', at: now, campaign: 'c' }
const knownOf = (base: FleetState['images'][string]): FleetState => ({
  ...emptyFleetState,
  upstreams: { al2023: knownUpstream('ami-new') },
  images: { base },
})

function world(standing: Partial<Standing> = {}, answer?: boolean) {
  const asked: HoldRequest[] = []
  const { known = emptyFleetState } = standing
  const before = known.images.base?.held
  const holds = {
    standing: async () => ({ releases: [], underWay: [], known, ...standing }),
    ask: async (request: HoldRequest) => {
      asked.push(request)
      const now = request.do === 'hold' ? (before ?? { at: request.time, by: request.by, reason: '' }) : undefined
      return { ...(before && { before }), ...(now && { held: now }) }
    },
  }
  const deps = {
    now,
    canAsk: () => answer !== undefined,
    confirm: vi.fn(async () => answer ?? false),
    open: async () => ({ caller: ada, holds }),
  }
  const options = (more: Partial<HoldOptions>) => ({ fleet, image: 'base', ...more })
  return {
    asked,
    edges: deps,
    hold: (more: Partial<HoldOptions> = {}) => hold(options({ reason: 'INC-2', ...more }), deps),
    resume: (more: Partial<HoldOptions> = {}) => resume(options(more), deps),
  }
}
const underWay = [{ campaign: 'c3', stage: 'bake', waits: true }] as unknown as Standing['underWay']

describe('rebake hold', () => {
  const printed = caughtOutput()

  it('says what stops, asks, and holds the image', async () => {
    const all = world({ underWay }, true)
    await all.hold()
    expect(all.edges.confirm).toHaveBeenCalledWith('Hold it in account 111122223333, eu-west-1?')
    expect(all.asked).toEqual([{ do: 'hold', image: 'base', by: ada, time: now, reason: 'INC-2' }])
    expect(printed()).toContain('before its next step:\n  campaign c3 waits to bake it\n')
    expect(printed()).toMatch(/✔ base is held\. `npx --no-install rebake resume base` lets it go on\.\n$/)
  })

  it('changes nothing of who holds it already, and asks nobody', async () => {
    const all = world({ known: knownOf({ held }) }, false)
    await all.hold()
    expect(all.edges.confirm).not.toHaveBeenCalled()
    expect(printed()).toContain('! base was held by bob since 2026-09-08T00:00:00Z: INC-1')
    expect(printed()).toContain('Nothing was changed.')
  })

  it('holds nothing when the answer is no', async () => {
    const all = world({}, false)
    await all.hold()
    expect([all.asked, process.exitCode]).toEqual([[], 1])
  })

  it.each([
    [{ reason: ' ' }, 'Say why with --reason TEXT'],
    [{ image: 'other' }, "the fleet has no image 'other'"],
    [{ json: true }, 'Nobody can be asked'],
  ])('refuses %j', async (options, message) => {
    const refused = world({}, true).hold(options)
    await expect(refused).rejects.toThrow(BadInput)
    await expect(refused).rejects.toThrow(message)
  })
})

describe('rebake resume', () => {
  const printed = caughtOutput()

  it('says what happens then: what waits, what is rebaked, what goes nowhere', async () => {
    const releases = [{ version: '1.0.2/1', rolledBack: held }, { version: '1.0.1/1' }] as never
    const all = world({ known: knownOf({ held, last }), underWay, releases }, true)
    await all.resume()
    expect(all.edges.confirm).toHaveBeenCalledWith('Let it go on in account 111122223333, eu-west-1?')
    expect(
      printed(),
    ).toBe(`base is held by bob since 2026-09-08T00:00:00Z: INC-1 (\`npx --no-install rebake resume base\` lets it go on).
It goes on: campaign c3 waits to bake it.
1.0.2/1 was rolled back, and goes nowhere.
The next look at all images rebakes it: its parent al2023 is ami-new now, and it was baked from ami-old.

✔ base goes on.
`)
    expect(all.asked).toEqual([{ do: 'resume', image: 'base', by: ada, time: now }])
  })

  it('says of a candidate that nobody rolls it out, and that there may be nothing to do', async () => {
    const releases = [{ version: '1.0.2/1' }] as never
    await world({ known: { ...emptyFleetState, images: { base: { held } } }, releases }).resume({ yes: true })
    expect(printed()).toContain('1.0.2/1 passed its checks and is not through its rings')
    expect(printed()).toContain('It is what the fleet says')
  })

  it('is no change where nobody holds it, and one document where that is asked for', async () => {
    await world({}, false).resume()
    expect(printed()).toBe('base is not held. Nothing was changed.\n')
    expect(process.exitCode).toBeUndefined()
  })

  it('is one document where that is asked for', async () => {
    await world({ known: knownOf({ held }) }).resume({ yes: true, json: true })
    expect(JSON.parse(printed())).toEqual({ image: 'base', held: null, before: held })
  })
})
