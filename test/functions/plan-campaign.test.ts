import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { recordPlan } from '../../domain/planning/transitions.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { plan } from '../../functions/plan-campaign/plan-campaign.ts'
import type { CampaignItem } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import { ledgerOn } from '../../ledger/ledger.ts'
import type { Table } from '../../ledger/table.ts'
import { campaign, ec2Without, parentAmi, planDeps, planFor, trigger } from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'

const execution = 'arn:aws:states:us-west-2:111122223333:execution:golden-campaign:x'
const request = { campaign, execution, time: trigger.time, trigger }
const roots = [{ image: 'al2023-hardened', execution: `${campaign}-al2023-hardened`, parentAmi }]
const itemsOf = async ({ campaigns }: ReturnType<typeof memoryLedger>, of = campaign) =>
  (await campaigns.read(of)).images

describe('plan-campaign', () => {
  it('records a decision for every image, and answers with the roots only', async () => {
    const ledger = memoryLedger()
    expect(await plan(planDeps(ledger), request)).toEqual({ roots })
    const items = await itemsOf(ledger)
    expect(items.filter(({ status }) => status === 'planned')).toHaveLength(6)
    expect(items.filter(({ status }) => status === 'left')).toHaveLength(6)
    expect((await ledger.fleetState.read()).deployedBy).toBe('0.3.0')
    expect(await ledger.campaigns.readRecord(campaign)).toMatchObject({
      status: 'running',
      startedAt: trigger.time,
      execution,
      trigger,
    })
  })

  it('orders each bake as the fleet is now, with what it is made of', async () => {
    const ledger = memoryLedger()
    await plan(planDeps(ledger), { ...request, trigger: { ...trigger, emergency: true } })
    expect((await itemsOf(ledger)).find(({ image }) => image === 'web-frontend')?.order).toMatchObject({
      image: 'web-frontend',
      campaign,
      number: 1,
      emergency: true,
      definition: 'd1',
      pipelineArn: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/golden-web-frontend',
    })
  })

  it('remembers who is to bake what, in which order campaigns were planned', async () => {
    const ledger = memoryLedger()
    await planFor(ledger, trigger)
    await planFor(ledger, { ...trigger, ami: 'ami-0e0e0e0e0e0e0e0e0', emergency: true })
    const { campaigns, images } = await ledger.fleetState.read()
    expect(campaigns).toBe(2)
    expect(images['al2023-hardened']?.pending).toEqual([
      { campaign, number: 1, parentAmi },
      {
        campaign: 'al2023-soe-ami-0e0e0e0e0e0e0e0e0',
        number: 2,
        emergency: true,
        parentAmi: 'ami-0e0e0e0e0e0e0e0e0',
      },
    ])
    expect(images['web-frontend']?.pending?.map(({ parentAmi }) => parentAmi)).toEqual([undefined, undefined])
  })

  it('is seen by the next plan: what one bakes, another leaves', async () => {
    const ledger = memoryLedger()
    const cycle: Trigger = { kind: 'cycle', cycle: 'monthly', time: trigger.time, reason: 'because' }
    const { monthly } = exampleFleet().patchCycles
    const fleet = {
      ...exampleFleet(),
      patchCycles: { monthly: { ...monthly, offset: undefined } },
    } as never as Fleet
    await planFor(ledger, trigger)
    await ledger.fleetState.change((known) => ({
      ...known,
      upstreams: {
        'al2023-soe': {
          ami: parentAmi,
          amiName: 'soe',
          since: trigger.time,
          campaign,
          started: true,
          newest: { ami: parentAmi, created: trigger.time },
        },
      },
    }))
    expect(await planFor(ledger, cycle, fleet)).toEqual({ roots: [] })
    const left = (await itemsOf(ledger, campaignName(cycle))).find(({ image }) => image === 'al2023-hardened')
    expect(left).toMatchObject({ status: 'left', reason: `campaign ${campaign} is about to bake it` })
  })

  it('leaves what would be baked from an AMI that is gone', async () => {
    const ledger = memoryLedger()
    const deps = { ...planDeps(ledger), ec2: ec2Without(parentAmi) }
    expect(await plan(deps, request)).toEqual({ roots: [] })
    const left = (await itemsOf(ledger)).find(({ image }) => image === 'al2023-hardened')
    expect(left?.reason).toBe(`its parent's AMI ${parentAmi} is not available any more`)
    expect((await ledger.fleetState.read()).images).toEqual({})
  })
})

describe('a campaign that may not begin yet', () => {
  const freeze = { reason: 'holidays', from: '2026-09-01T00:00', to: '2026-10-01T00:00', timezone: 'UTC' }
  const frozen = { ...exampleFleet(), freezes: { autumn: freeze } } as Fleet
  const until = '2026-10-01T00:00:00.000Z'

  it('waits, decides nothing, and says until when and why', async () => {
    const ledger = memoryLedger()
    expect(await plan(planDeps(ledger, frozen), request)).toEqual({ opensAt: until, roots: [] })
    expect(await ledger.campaigns.read(campaign)).toEqual({
      record: {
        campaign,
        status: 'waiting',
        startedAt: trigger.time,
        trigger,
        execution,
        waiting: { until, reasons: ["freeze 'autumn' (holidays) until Thu 1 Oct 2026 00:00 UTC"] },
      },
      images: [],
    })
    expect(ledger.items.has('FLEET|FLEET')).toBe(false)
  })

  it('is planned when the time has come, as the world is then', async () => {
    const ledger = memoryLedger()
    await plan(planDeps(ledger, frozen), request)
    expect(await plan(planDeps(ledger, frozen), { ...request, time: until })).toEqual({ roots })
    const { record } = await ledger.campaigns.read(campaign)
    expect(record).toMatchObject({
      status: 'running',
      startedAt: trigger.time,
    } satisfies Partial<CampaignItem>)
  })

  it('does not wait where it is an emergency', async () => {
    const urgent = { ...request, trigger: { ...trigger, emergency: true } }
    expect(await plan(planDeps(memoryLedger(), frozen), urgent)).toEqual({ roots })
  })

  it("waits for its patch cycle's day", async () => {
    const cause: Trigger = {
      kind: 'cycle',
      cycle: 'monthly',
      time: '2026-11-09T15:00:00Z',
      reason: 'because',
    }
    expect(await planFor(memoryLedger(), cause)).toEqual({ opensAt: '2026-11-10T15:00:00.000Z', roots: [] })
  })
})

describe('a plan that is made again', () => {
  it('changes nothing of what is there', async () => {
    const ledger = memoryLedger()
    await planFor(ledger, trigger)
    const key = keyOf('image', { campaign, image: 'payments-api' })
    await ledger.table.set(key, { status: 'released' })
    const before = structuredClone([...ledger.items.values()])
    expect(await planFor(ledger, trigger)).toEqual({ roots })
    expect([...ledger.items.values()]).toEqual(before)
  })

  /** A ledger that dies at the nth write, and lives on. */
  const dyingAt = (ledger: ReturnType<typeof memoryLedger>, write: number) => {
    let writes = 0
    const dying =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A) => {
        if (++writes === write) throw new Error('crash')
        return work(...args)
      }
    const { create, replace, set } = ledger.table
    return ledgerOn({ ...ledger.table, create: dying(create), replace: dying(replace), set: dying(set) } as Table)
  }
  /** Everything but the version, which counts writes. */
  const unversioned = ({ version: _, ...item }: Record<string, unknown>) => item
  const contents = ({ items }: ReturnType<typeof memoryLedger>) =>
    [...items.entries()].map(([key, item]) => [key, unversioned(item)]).sort()

  const writes = Array.from({ length: 14 }, (_, at) => at + 1)
  it.each(writes)('after a crash at write %i comes to the same', async (write) => {
    const whole = memoryLedger()
    const answer = await planFor(whole, trigger)
    const ledger = memoryLedger()
    await expect(planFor(dyingAt(ledger, write) as never, trigger)).rejects.toThrow('crash')
    expect(await planFor(ledger, trigger)).toEqual(answer)
    expect(contents(ledger)).toEqual(contents(whole))
  })

  it.each(writes)(
    'after a crash at write %i, with others who planned meanwhile, starts what it wrote',
    async (write) => {
      const ledger = memoryLedger()
      await expect(planFor(dyingAt(ledger, write) as never, trigger)).rejects.toThrow('crash')
      // A person asks for all of it from the same AMI: what a release leaves then.
      await ledger.fleetState.change((known) =>
        recordPlan(known, { campaign: 'manual', number: known.campaigns + 1 }, [
          { image: 'al2023-hardened', parentAmi },
          { image: 'al2023-java' },
        ]),
      )
      const answer = await planFor(ledger, trigger)
      // The first write is the decision: after it, it is known to all, and stands.
      expect(answer.roots).toEqual(write === 1 ? [] : roots)
      const { images } = await ledger.campaigns.read(campaign)
      const bakes = images.filter(({ order }) => order).map(({ image }) => image)
      const pending = Object.entries((await ledger.fleetState.read()).images)
        .filter(([, image]) => image.pending?.some((each) => each.campaign === campaign))
        .map(([image]) => image)
      expect(bakes).toEqual(pending.sort())
      for (const root of answer.roots) expect(bakes).toContain(root.image)
    },
  )

  it.each(writes.slice(1))(
    'after a crash at write %i that had decided to bake nothing, bakes nothing',
    async (write) => {
      const ledger = memoryLedger()
      const without = { ...planDeps(dyingAt(ledger, write) as never), ec2: ec2Without(parentAmi) }
      await expect(plan(without, request)).rejects.toThrow('crash')
      const { images: before } = await ledger.campaigns.read(campaign)
      // The AMI is back. What nobody has written down is decided as it is now.
      const answer = await planFor(ledger, trigger)
      expect(answer.roots).toEqual(before.length > 0 ? [] : roots)
      const { images } = await ledger.campaigns.read(campaign)
      expect(new Set(images.map(({ status }) => status))).toEqual(
        new Set(before.length > 0 ? ['left'] : ['planned', 'left']),
      )
    },
  )
})
