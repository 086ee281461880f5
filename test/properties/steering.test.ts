import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { hold, recordRolledBack } from '../../domain/planning/holds.ts'
import { campaignName, type Promotion, type Trigger } from '../../domain/triggers.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import { QuickWorld } from './quick-world.ts'

const start = Date.parse('2026-09-01T06:00:00Z')
const minute = 60_000
const hour = 60 * minute
const iso = (time: number) => new Date(time).toISOString()

const fleet: Fleet = parseFleet(
  `name: golden
build: { account: '111122223333', region: us-west-2 }
upstreams: { soe: { ami: { owner: '444455556666', name: 'soe-*', architecture: x86_64 } } }
infrastructure: { small: { instanceTypes: [m7i.large] } }
components: { patch: { platform: Linux, arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' } }
images:
  base: { parent: soe, infrastructure: small, components: [patch], volumes: [{ device: /dev/xvda, size: 20 }], rings: [canary, everyone] }
  app: { parent: base, infrastructure: small, components: [patch], rings: [canary, everyone] }
rings:
  canary: { accounts: ['222233334444'], regions: [us-west-2], soak: 6h }
  everyone: { accounts: ['333344445555'], regions: [us-west-2] }
`,
  'fleet.yaml',
)

/** Bakes take half an hour each, unless said otherwise, and a release is out after seven hours. */
function worldOf() {
  const world = new QuickWorld(fleet, start, {
    bake: () => ({ fails: false, lost: false, takes: 30 * minute }),
    statusLost: () => false,
  })
  const ami = 'ami-0a0a0a0a0a0a0a0a0'
  world.amis.set(ami, {
    ImageId: ami,
    OwnerId: '444455556666',
    State: 'available',
    Name: 'soe-1',
    Architecture: 'x86_64',
    CreationDate: iso(start),
  })
  const begin = (trigger: Trigger) => {
    world.start({ name: campaignName(trigger), input: { trigger } })
    return campaignName(trigger)
  }
  const at = (hours: number, what: () => void) => world.clock.at(start + hours * hour, what)
  const time = () => iso(world.clock.now())
  const bake = (image = 'base', emergency = false) =>
    begin({ kind: 'manual', images: [image], time: time(), reason: 'again', ...(emergency && { emergency }) })
  const promote = (version: string, more: Partial<Promotion> = {}) =>
    begin({ kind: 'promote', image: 'base', version, time: time(), reason: 'it is good', ...more })
  const stop = (name: string) =>
    [...world.engine.executions.values()]
      .find((execution) => execution.name === name)
      ?.stop('Cancelled', 'cancelled by alice: wrong')
  const image = async (campaign: string, name = 'base') =>
    (await world.ledger.campaigns.read(campaign)).images.find((each) => each.image === name) as CampaignImageItem
  /** What each ring of an image was given, in order. */
  const rings = (name = 'base') =>
    world.published.filter(({ image }) => image === name).map(({ ring, ami }) => `${ring} ${versions.get(ami)}`)
  const versions = new Map<string, string>()
  const run = async () => {
    await world.clock.run()
    for (const name of ['base', 'app'])
      for (const { ami, version } of await world.ledger.releases.readAll(name)) versions.set(ami, version)
  }
  world.announce({
    version: '0',
    id: 'e',
    'detail-type': 'EC2 AMI State Change',
    source: 'aws.ec2',
    account: '444455556666',
    time: iso(start),
    region: 'us-west-2',
    resources: [],
    detail: { ImageId: ami, State: 'available' },
  })
  return { world, at, bake, promote, stop, image, rings, run }
}

const nothingLeft = async ({ world }: ReturnType<typeof worldOf>) => {
  expect([...world.engine.executions.values()].filter(({ status }) => status === 'RUNNING')).toEqual([])
  expect(await world.ledger.locks.read()).toMatchObject({ held: [], queue: [], superseded: [] })
  const { images } = await world.ledger.fleetState.read()
  expect(Object.values(images).flatMap(({ pending = [] }) => pending)).toEqual([])
}

const first = 'soe-ami-0a0a0a0a0a0a0a0a0'

describe('a promotion', () => {
  it('rolls out what was cancelled on its way, and bakes nothing', async () => {
    const life = worldOf()
    let promotion = ''
    life.at(3, () => life.stop(`${first}-base`))
    life.at(5, () => {
      promotion = life.promote('1.0.0/1')
    })
    await life.run()
    expect(life.rings()).toEqual(['canary 1.0.0/1', 'canary 1.0.0/1', 'everyone 1.0.0/1'])
    expect(life.world.imageBuilder.bakes.size).toBe(2)
    expect(await life.image(promotion)).toMatchObject({ status: 'released', version: '1.0.0/1' })
    const { base } = (await life.world.ledger.fleetState.read()).images
    expect(base).toMatchObject({ released: { version: '1.0.0/1' }, last: { campaign: first } })
    const [release] = await life.world.ledger.releases.readAll('base')
    expect(release).toMatchObject({ campaign: first, releasedAt: expect.stringMatching(/^2026-09-01T17/) })
    expect(life.world.reported.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        'Planned: base 1.0.0/1 is rolled out again',
        'Released: base 1.0.0/1',
        `Finished: ${promotion}`,
      ]),
    )
    await nothingLeft(life)
  })

  it('that waits for its lock gives way to a newer bake', async () => {
    const life = worldOf()
    let [second, promotion] = ['', '']
    life.at(1, () => {
      second = life.bake()
    })
    life.at(2, () => life.stop(`${second}-base`))
    life.at(2.5, () => {
      promotion = life.promote('1.0.0/3')
    })
    life.at(3, () => life.bake())
    await life.run()
    expect(await life.image(promotion)).toMatchObject({
      status: 'superseded',
      reason: 'superseded by campaign manual-20260901T090000Z-base',
    })
    const expected = ['canary 1.0.0/1', 'everyone 1.0.0/1', 'canary 1.0.0/5', 'everyone 1.0.0/5']
    expect(life.rings()).toEqual(expected)
    await nothingLeft(life)
  })

  it('that has its lock is followed by a newer bake, which stays what children bake from', async () => {
    const life = worldOf()
    life.at(3, () => life.stop(`${first}-base`))
    life.at(4, () => life.promote('1.0.0/1'))
    life.at(5, () => life.bake())
    await life.run()
    expect(life.rings()).toEqual([
      'canary 1.0.0/1',
      'canary 1.0.0/1',
      'everyone 1.0.0/1',
      'canary 1.0.0/3',
      'everyone 1.0.0/3',
    ])
    const { base } = (await life.world.ledger.fleetState.read()).images
    expect(base).toMatchObject({ released: { version: '1.0.0/3' }, last: { version: '1.0.0/3' } })
    await nothingLeft(life)
  })

  it('of an older release is what children bake from, once it is through, and nobody bakes the image again', async () => {
    const life = worldOf()
    life.at(8, () => life.bake())
    life.at(20, () => life.promote('1.0.0/1'))
    life.at(21, () => life.bake('app'))
    life.at(30, () => life.bake('app'))
    for (let hours = 1; hours < 40; hours++) life.at(hours, () => life.world.look())
    await life.run()
    expect(life.rings().slice(-3)).toEqual(['everyone 1.0.0/3', 'canary 1.0.0/1', 'everyone 1.0.0/1'])
    const [newest, oldest] = await life.world.ledger.releases.readAll('base')
    const apps = [...life.world.imageBuilder.bakes.values()].filter(({ image }) => image === 'app')
    expect(apps.find(({ campaign }) => campaign.startsWith('manual-20260902T03'))?.parentAmi).toBe(newest?.ami)
    expect(apps.at(-1)?.parentAmi).toBe(oldest?.ami)
    expect([...life.world.imageBuilder.bakes.values()].filter(({ image }) => image === 'base')).toHaveLength(2)
    await nothingLeft(life)
  })

  it('of a release that was rolled back takes that back, and is not stopped by it', async () => {
    const life = worldOf()
    life.at(8, () => life.bake())
    const rolledBack = { at: iso(start), by: 'ada', reason: 'it crashes', operation: 'rollback-base' }
    life.at(20, () =>
      life.world.ledger.table.set(keyOf('release', { image: 'base', version: '1.0.0/1' }), { rolledBack }),
    )
    life.at(21, () => life.promote('1.0.0/1'))
    await life.run()
    expect(life.rings().slice(-2)).toEqual(['canary 1.0.0/1', 'everyone 1.0.0/1'])
    const oldest = (await life.world.ledger.releases.readAll('base')).at(-1)
    expect(oldest?.rolledBack).toBeUndefined()
    await nothingLeft(life)
  })

  it('in an emergency takes the lock of an older roll-out', async () => {
    const life = worldOf()
    let second = ''
    life.at(1, () => {
      second = life.bake()
    })
    life.at(2, () => life.stop(`${second}-base`))
    life.at(2.5, () => life.promote('1.0.0/3', { emergency: true }))
    await life.run()
    expect(life.rings()).toEqual(['canary 1.0.0/1', 'canary 1.0.0/3', 'everyone 1.0.0/3'])
    expect((await life.image(first)).status).toBe('superseded')
    await nothingLeft(life)
  })

  it.each([
    ['9.9.9/1', 3, 'base has no release 9.9.9/1'],
    ['1.0.0/1', 3, `campaign ${first} rolls out base 1.0.0/1 now`],
    ['1.0.0/1', 8, 'base 1.0.0/1 is stable already'],
    ['1.0.0/1', 30, 'held by alice since 2026-09-02T06:00:00Z: look'],
  ])('of %s after %d hours is refused: %s', async (version, hours, reason) => {
    const life = worldOf()
    let promotion = ''
    life.at(9, () => life.bake())
    life.at(24, async () => {
      const held = { at: '2026-09-02T06:00:00Z', by: 'alice', reason: 'look' }
      await life.world.ledger.fleetState.change((known) => hold(known, 'base', held))
    })
    life.at(hours, () => {
      promotion = life.promote(version)
    })
    await life.run()
    const ended = [...life.world.engine.executions.values()].find(({ name }) => name === promotion)
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RequestRefused' })
    expect(ended?.cause).toContain(reason)
    expect(life.world.reported.find(({ about }) => about.campaign === promotion)?.body).toContain(reason)
    expect(life.world.published.filter(({ campaign }) => campaign === promotion)).toEqual([])
    await nothingLeft(life)
  })
})

it('is refused below a newer one that is on its way, and says how to end that', async () => {
  const life = worldOf()
  let promotion = ''
  life.at(3, () => life.stop(`${first}-base`))
  life.at(4, () => life.bake())
  life.at(6, () => {
    promotion = life.promote('1.0.0/1')
  })
  await life.run()
  const newer = 'manual-20260901T100000Z-base'
  expect(life.world.reported.find(({ about }) => about.campaign === promotion)?.body).toContain(
    `campaign ${newer} rolls out 1.0.0/3 now, which is newer than 1.0.0/1 (\`npx --no-install rebake cancel ${newer} base\` ends that)`,
  )
  expect((await life.image(newer)).status).toBe('released')
})

it('makes nothing of a bake whose parent is rolled back meanwhile', async () => {
  const life = worldOf()
  const { ledger } = life.world
  let campaign = ''
  life.at(8, () => {
    campaign = life.bake()
  })
  // The base has passed, and its child is being baked from it.
  life.at(8.75, async () => {
    const [bad] = await ledger.releases.readAll('base')
    await ledger.fleetState.change((known) => recordRolledBack(known, [bad?.ami ?? '']))
  })
  await life.run()
  const [bad] = await ledger.releases.readAll('base')
  expect(await life.image(campaign, 'app')).toMatchObject({
    status: 'superseded',
    reason: `${bad?.ami} was rolled back`,
  })
  expect(life.rings('app')).toHaveLength(2)
  await nothingLeft(life)
})

describe('a campaign that is cancelled', () => {
  it.each([
    ['while its first image bakes', 0.2, { base: 'aborted', app: 'skipped' }, []],
    ['while one is on its way and the other bakes', 0.8, { base: 'aborted', app: 'aborted' }, ['canary']],
    ['while both soak', 3, { base: 'aborted', app: 'aborted' }, ['canary']],
    ['when all but one is through', 7, { base: 'released', app: 'aborted' }, ['canary', 'everyone']],
  ])('%s: nothing is left of it, and what was published stays', async (_, hours, statuses, published) => {
    const life = worldOf()
    life.at(hours, () => life.stop(first))
    life.at(hours + 1, () => life.world.look())
    life.at(hours + 30, () => life.world.look())
    await life.run()
    const found = await Promise.all(['base', 'app'].map((name) => life.image(first, name)))
    expect(Object.fromEntries(found.map(({ image, status }) => [image, status]))).toEqual(statuses)
    const { record } = await life.world.ledger.campaigns.read(first)
    expect(record).toMatchObject({ status: 'aborted' })
    const bakes = [...life.world.imageBuilder.bakes.values()]
    expect(bakes.filter(({ status }) => status === 'BUILDING')).toEqual([])
    expect(bakes.every(({ campaign }) => campaign === first)).toBe(true)
    expect(life.rings().map((ring) => ring.split(' ')[0])).toEqual(published)
    const ends = life.world.reported.filter(({ kind }) => kind === 'campaign-finished')
    expect(ends.map(({ subject }) => subject)).toEqual([`Cancelled: ${first}`])
    await nothingLeft(life)
  })
})
