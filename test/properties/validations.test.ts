import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { campaignName } from '../../domain/triggers.ts'
import { markCandidate } from '../../functions/mark-candidate/mark-candidate.ts'
import { CampaignStore } from '../../ledger/campaigns.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { memoryLedger } from '../support/ledger.ts'
import { type CheckDraw, QuickWorld, type Sabotage } from './quick-world.ts'

const start = Date.parse('2026-09-01T06:00:00Z')
const parentAmi = 'ami-aaaaaaaaaaaaaaaa1'

/** What one image is asked, and how that goes. */
type Checks = Record<string, { mode: 'required' | 'advisory'; drawn: CheckDraw }>

const one = fc.record({
  mode: fc.constantFrom('required' as const, 'advisory' as const),
  drawn: fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant('passes' as const) },
        { weight: 1, arbitrary: fc.constantFrom('fails' as const, 'never ends' as const) },
      ),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('dies before', 'dies after', 'dies always', 'leaves nothing', 'event lost'),
        },
      ),
    )
    .map(([outcome, mishap]): CheckDraw => ({ outcome, ...(mishap && { mishap }) })),
})
const checks: fc.Arbitrary<Checks> = fc
  .record(
    { ami: one, vulnerabilities: one, packages: one, 'custom licences': one, 'custom agents': one },
    { requiredKeys: ['ami'] },
  )
  .map((all) => ({ ...all }) as Checks)

/** base, and on it web and db; each through two rings. */
const names = ['base', 'web', 'db'] as const
type Asked = Record<(typeof names)[number], Checks>
function fleetFor(asked: Asked): Fleet {
  const lambda = 'arn:aws:lambda:us-west-2:111122223333:function:judge'
  const settings = {
    ami: { architecture: 'x86_64' },
    vulnerabilities: { critical: 0 },
    packages: { forbidden: ['telnet'] },
    'custom licences': { function: lambda },
    'custom agents': { function: lambda },
  }
  const checksOf = (image: (typeof names)[number]) => {
    const all: Record<string, object> = {}
    const custom: Record<string, object> = {}
    for (const [check, { mode }] of Object.entries(asked[image])) {
      const [kind, name] = check.split(' ')
      const of = name ? custom : all
      of[name ?? kind ?? ''] = { ...settings[check as keyof typeof settings], mode }
    }
    return { ...all, ...(Object.keys(custom).length > 0 && { custom }) }
  }
  const image = (name: (typeof names)[number], parent: string) => ({
    parent,
    infrastructure: 'linux',
    components: ['hello'],
    scanning: true,
    checks: checksOf(name),
    volumes: [{ device: '/dev/xvda', size: 8 }],
  })
  const steps = [{ name: 'Hello', action: 'ExecuteBash', inputs: { commands: ['echo hello'] } }]
  return parseFleet(
    JSON.stringify({
      name: 'golden',
      build: { account: '111122223333', region: 'us-west-2' },
      upstreams: { soe: { platform: 'Linux', ami: { owner: '444455556666', name: 'soe-*' } } },
      infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
      components: { hello: { platform: 'Linux', document: { phases: [{ name: 'build', steps }] } } },
      images: { base: image('base', 'soe'), web: image('web', 'base'), db: image('db', 'base') },
      rings: {
        first: { accounts: ['222233334444'], regions: ['us-west-2'] },
        everyone: { accounts: ['333344445555'], regions: ['us-west-2'] },
      },
      notify: { email: ['team@example.com'] },
    }),
    'validations.yaml',
  )
}

/** Every rule of the validations that one campaign breaks. */
async function campaignOf(asked: Asked, sabotage: Sabotage = {}): Promise<string[]> {
  const drawn = {
    bake: () => ({ fails: false, lost: false, takes: 1_800_000 }),
    statusLost: () => false,
    check: (image: string, check: string) => asked[image as keyof Asked]?.[check]?.drawn,
  }
  const world = new QuickWorld(fleetFor(asked), start, drawn, sabotage)
  world.amis.set(parentAmi, {
    ImageId: parentAmi,
    OwnerId: '444455556666',
    Name: 'soe-1',
    Architecture: 'x86_64',
    State: 'available',
    CreationDate: new Date(start).toISOString(),
  })
  const time = new Date(start).toISOString()
  const trigger = {
    kind: 'release' as const,
    upstream: 'soe',
    ami: parentAmi,
    amiName: 'soe-1',
    time,
    reason: 'r',
  }
  const campaign = campaignName(trigger)
  world.clock.at(start, () => world.start({ name: campaign, input: { trigger } }))
  await world.clock.run()
  const { images } = await world.ledger.campaigns.read(campaign)
  const broken: string[] = []
  const baseStops = stops(asked.base)
  for (const name of names) {
    const item = images.find(({ image }) => image === name) as CampaignImageItem
    const rings = world.distributions.filter(({ image }) => image === name).map(({ ring }) => ring)
    const candidates = world.pointers.filter((pointer) => pointer.name === `/golden/images/${name}/candidate`)
    const reached = { status: item.status, rings, candidates: candidates.map(({ ami }) => ami === item.ami) }
    const isBaked = name === 'base' || !baseStops
    const goesOn = isBaked && !stops(asked[name])
    const expected = {
      status: goesOn ? 'released' : isBaked ? 'failed' : 'skipped',
      rings: goesOn ? ['first', 'everyone'] : [],
      candidates: goesOn ? [true] : [],
    }
    if (JSON.stringify(reached) !== JSON.stringify(expected))
      broken.push(`${name}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(reached)} ${item.reason}`)
  }
  return broken
}

/**
 * A required check that has not passed stops the image, and so does one that cannot be run at all; an advisory one that
 * fails, takes for ever or leaves nothing does not.
 */
const stops = (all: Checks) =>
  Object.entries(all).some(([check, withDraw]) => {
    const { outcome, mishap } = withDraw.drawn
    if (mishap === 'dies always') return true
    // The AMI is looked at in a second: that check ends, one way or the other.
    const passes = outcome === 'passes' || (check === 'ami' && outcome === 'never ends')
    return withDraw.mode === 'required' && (!passes || mishap === 'leaves nothing')
  })

const asked = fc.record({ base: checks, web: checks, db: checks })
const options = {
  numRuns: Number(process.env.RUNS ?? 60),
  seed: Number(process.env.SEED ?? 1),
}

describe('random checks with random outcomes', () => {
  it('what fails a required check reaches nobody, and what passes them all reaches every ring', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (each) => {
        expect(await campaignOf(each)).toEqual([])
      }),
      { ...options, endOnFailure: true },
    )
  }, 120_000)

  it('says nothing about nothing: both kinds of images come up in numbers', () => {
    const all = fc.sample(asked, options).flatMap((each) => Object.values(each))
    const stopped = all.filter(stops).length
    expect(stopped).toBeGreaterThan(all.length / 5)
    expect(stopped).toBeLessThan((all.length * 4) / 5)
  })
})

describe('that property', () => {
  const passes = (drawn: CheckDraw = { outcome: 'passes' }): Checks => ({ ami: { mode: 'required', drawn } })
  const fails = passes({ outcome: 'fails' })
  const withoutChecks = (definition: string) => {
    const machine = JSON.parse(definition)
    machine.States['Run Checks'] = { Type: 'Pass', Next: 'Mark Candidate' }
    return JSON.stringify(machine)
  }
  const blind: Sabotage['markCandidate'] = (deps, request) => {
    const { table } = deps.ledger as ReturnType<typeof memoryLedger>
    class Blind extends CampaignStore {
      override async readOrdered(campaign: string, image: string) {
        const item = await super.readOrdered(campaign, image)
        return { ...item, order: { ...item.order, checks: [] } }
      }
    }
    const campaigns = new Blind(table)
    return markCandidate({ ...deps, ledger: { ...deps.ledger, campaigns } }, request)
  }

  it.each<[string, Sabotage, Checks]>([
    ['that runs no checks', { rebake: withoutChecks }, passes()],
    ['that does not judge', { markCandidate: blind }, fails],
  ])('would notice a rebake %s', async (_, sabotage, base) => {
    const each = { base, web: passes(), db: passes() }
    expect(await campaignOf(each)).toEqual([])
    expect(await campaignOf(each, sabotage)).not.toEqual([])
  })
})
