import { afterEach, describe, expect, it } from 'vitest'
import { verifyRelease } from '../../domain/planning/upstream-release.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { Random } from '../../emulator/random.ts'
import type { Ami } from '../../emulator/services/ami-store.ts'
import { Faults, parseFault } from '../../rehearsal/faults.ts'
import { amiOfRelease, type PlannedRelease, releaseEvent } from '../../rehearsal/releases.ts'
import { stage } from '../../rehearsal/scenario.ts'
import { closeWorlds, worldOf } from '../emulator/world/small-world.ts'
import { everySource } from './sources.ts'

afterEach(closeWorlds)

const fleet = everySource()
const { build } = fleet
const upstreams = Object.keys(fleet.upstreams)
const hour = 3_600_000
const topic = 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates'

const bus = (Name: string) => ({ Type: 'AWS::Events::EventBus', Properties: { Name } })
const policy = (...accounts: string[]) => ({
  Type: 'AWS::Events::EventBusPolicy',
  Properties: {
    EventBusName: { Ref: 'Releases' },
    Statement: {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
    },
  },
})

/** A world where things are released, and what its buses and its topic hear. */
async function staged(o: { releases?: PlannedRelease[]; events?: EventEnvelope[]; faults?: string[] }) {
  const { world, clock } = await worldOf({ Releases: bus('kinds-releases'), Policy: policy('666677778888') })
  const started = clock.now() + hour
  const faults = new Faults((o.faults ?? []).map(parseFault))
  const time = new Date(Math.ceil(started / 1000) * 1000).toISOString().replace('.000', '')
  const at = (later = 0) => new Date(Date.parse(time) + later).toISOString().replace('.000', '')
  const heard: { after: number; account: string; bus: string; event: EventEnvelope }[] = []
  for (const account of [build.account, '444455556666', '555566667777', '666677778888']) {
    const buses = world.regional.in({ account, region: build.region })
    const put = buses.put.bind(buses)
    buses.put = (event, name) => {
      heard.push({ after: clock.now() - Date.parse(time), account, bus: name, event })
      return put(event, name)
    }
  }
  const hints: number[] = []
  world.aws.sns.announce = (arn) => {
    expect(arn).toBe(topic)
    hints.push(clock.now() - Date.parse(time))
  }
  const planned = (upstream: string): PlannedRelease => ({ upstream, time })
  return { world, clock, started: Date.parse(time), at, time, faults, heard, hints, planned }
}

type Staged = Awaited<ReturnType<typeof staged>>

async function run(s: Staged, { releases = [] as PlannedRelease[], events = [] as EventEnvelope[] }) {
  const { world, clock, started, faults } = s
  stage(world, { fleet, started, events, releases, random: new Random(1), faults })
  await clock.run()
}

const released = async (upstream: string, faults: string[] = []) => {
  const s = await staged({ faults })
  await run(s, { releases: [s.planned(upstream)] })
  return s
}

/** As Rebake's functions would see the AMI. */
const judged = ({ world, time }: Staged, upstream: string) => {
  const { ami } = amiOfRelease(fleet, { upstream, time })
  const seen = world.aws.ec2.find(ami, build)
  return verifyRelease(fleet, { upstreams: [upstream], ami, time }, seen && asReleased(seen))
}
const asReleased = ({ image }: Ami) => ({
  ami: image.ImageId,
  ownerId: image.OwnerId,
  ownerAlias: image.ImageOwnerAlias,
  name: image.Name,
  architecture: image.Architecture ?? '',
  state: image.State ?? '',
  created: image.CreationDate ?? '',
})

/** The AMI that an upstream's parameter names, or the newest that its Image Builder image came to. */
function pointedTo({ world }: Staged, upstream: string): string | undefined {
  const source = sourceIn(fleet, upstream)
  if (source.kind === 'parameter')
    return world.aws.ssm.valueOf(source.parameter, {
      account: source.account || build.account,
      region: build.region,
    })
  if (source.kind !== 'image') return undefined
  const images = world.aws.imagebuilder.images.list(build).filter(({ name }) => name === source.image)
  return images.at(-1)?.amis[0]?.image
}

describe('before a rehearsal begins', () => {
  it.each(upstreams)('there is a release of %s, a month old, which nobody is notified of', async (upstream) => {
    const s = await staged({})
    await run(s, {})
    const time = new Date(s.started - 30 * 24 * hour + upstreams.indexOf(upstream) * 60_000)
    const { ami } = amiOfRelease(fleet, { upstream, time: time.toISOString().replace('.000', '') })
    const seen = s.world.aws.ec2.find(ami, build)
    expect(seen?.image.CreationDate).toBe(time.toISOString())
    expect([ami, undefined]).toContain(pointedTo(s, upstream))
    expect(s.heard).toEqual([])
  })
})

describe('a release', () => {
  it.each(upstreams)('of %s makes an AMI that Rebake believes, and points to it', async (upstream) => {
    const s = await released(upstream)
    const { ami } = amiOfRelease(fleet, { upstream, time: s.time })
    expect(judged(s, upstream)).toMatchObject({ releases: [{ upstream, ami }] })
    const points = ['parameter', 'image'].includes(sourceIn(fleet, upstream).kind)
    expect(pointedTo(s, upstream)).toBe(points ? ami : undefined)
    expect(s.world.aws.ec2.get(ami, build.region)?.image.CreationDate).toBe(new Date(s.time).toISOString())
  })

  it.each([
    ['amis', '444455556666', 'default'],
    ['foreign', '555566667777', 'default'],
    ['own', build.account, 'default'],
    ['built', build.account, 'default'],
    ['announced', '666677778888', 'default'],
  ])('of %s is an event on the bus of %s', async (upstream, account, name) => {
    const s = await released(upstream)
    const event = releaseEvent(fleet, upstream, s.time)
    expect(s.heard.filter(({ after }) => after === 0)).toEqual([{ after: 0, account, bus: name, event }])
    // What EC2 says of the AMI itself comes first, and only where it is not the same.
    const ofEc2 = s.heard.filter(({ after }) => after === -1).map(({ event }) => event.detail.State)
    expect(ofEc2).toEqual(upstream === 'foreign' || upstream === 'own' || upstream === 'built' ? ['available'] : [])
  })

  it('of a public parameter is no event, but a message on its topic where it has one', async () => {
    const s = await released('public')
    expect([s.heard, s.hints]).toEqual([[], [0]])
    const quiet = await released('quiet')
    expect([quiet.heard, quiet.hints]).toEqual([[], []])
  })

  it('of an Image Builder image has the tag by which its AMI is found', async () => {
    const s = await released('built')
    const { ami } = amiOfRelease(fleet, { upstream: 'built', time: s.time })
    const [image] = s.world.aws.imagebuilder.images.list(build).slice(-1)
    expect(s.world.aws.ec2.find(ami, build)?.image.Tags).toContainEqual({
      Key: 'Ec2ImageBuilderArn',
      Value: image?.arn,
    })
    expect(image?.arn).toBe(releaseEvent(fleet, 'built', s.time)?.resources[0])
  })

  it.each([
    ['amis', undefined, '/dev/xvda', true],
    ['public', undefined, '/dev/xvda', false],
    ['quiet', undefined, '/dev/sda1', false],
    ['amis', 'red-hat' as const, '/dev/sda1', true],
  ])(
    '%s has the root of its operating system, and is encrypted only where it is not public',
    async (upstream, system, root, encrypted) => {
      const s = await staged({})
      const { world, started, faults, time } = s
      const systems = system ? { [upstream]: system } : {}
      const wrong = structuredClone(fleet)
      // What the fleet names is no reason: it may be a mistake.
      for (const image of Object.values(wrong.images)) image.volumes = [{ device: '/dev/sdb', size: 8, type: 'gp3' }]
      stage(world, {
        fleet: wrong,
        started,
        events: [],
        releases: [{ upstream, time }],
        random: new Random(1),
        faults,
        systems,
      })
      await s.clock.run()
      const { image } = world.aws.ec2.get(amiOfRelease(fleet, { upstream, time }).ami, build.region) ?? {}
      expect(image).toMatchObject({
        RootDeviceName: root,
        BlockDeviceMappings: [{ DeviceName: root, Ebs: { Encrypted: encrypted } }],
      })
    },
  )

  it('under a name that is taken follows the deregistration of the one before', async () => {
    const fixed = structuredClone(fleet)
    Object.assign(fixed.upstreams.amis?.ami ?? {}, { name: 'soe-stable' })
    const s = await staged({})
    const { world, started, faults, time } = s
    const releases = [{ upstream: 'amis', time }]
    stage(world, { fleet: fixed, started, events: [], releases, random: new Random(1), faults })
    await s.clock.run()
    const owner = { account: '444455556666', region: build.region }
    expect(world.aws.ec2.named('soe-stable', owner)?.image.CreationDate).toBe(new Date(time).toISOString())
    expect(s.heard.map(({ event }) => event.detail.State)).toEqual(['deregistered', 'available'])
  })
})

describe('an event of a file', () => {
  it.each(['amis', 'foreign', 'own', 'built', 'announced'])('of %s makes what it tells of', async (upstream) => {
    const s = await staged({})
    const event = { ...(releaseEvent(fleet, upstream, s.time) as EventEnvelope), id: 'from-a-file' }
    await run(s, { events: [event] })
    const { ami } = amiOfRelease(fleet, { upstream, time: s.time })
    expect(s.world.aws.ec2.find(ami, build)).toBeDefined()
    expect([ami, undefined]).toContain(pointedTo(s, upstream))
    expect(s.heard.filter(({ event }) => event.id === 'from-a-file')).toHaveLength(1)
    expect(s.world.refused).toEqual([expect.stringMatching(/no rule on the default bus of account \d{12}/)])
  })

  it('names the AMI, or the image, that it is of', async () => {
    const s = await staged({})
    const ami = 'ami-0123456789abcdef0'
    const arn = `arn:aws:imagebuilder:${build.region}:${build.account}:image/soe-built/7.0.1/3`
    const announced = releaseEvent(fleet, 'announced', s.time) as EventEnvelope
    const built = releaseEvent(fleet, 'built', s.time) as EventEnvelope
    await run(s, {
      events: [
        { ...announced, detail: { ...announced.detail, ami } },
        { ...built, resources: [arn] },
      ],
    })
    expect(s.world.aws.ec2.find(ami, build)?.image.OwnerId).toBe('777788889999')
    expect(s.world.aws.imagebuilder.images.find(arn)?.image.version).toBe('7.0.1')
  })

  it.each([
    ['deregistered', undefined],
    ['disabled', undefined],
  ])('that says that an AMI is %s makes it so', async (State, visible) => {
    const s = await staged({})
    const before = releaseEvent(fleet, 'amis', s.time) as EventEnvelope
    const after = { ...before, id: 'later', time: s.at(hour), detail: { ...before.detail, State } }
    await run(s, { events: [before, after] })
    expect(s.world.aws.ec2.find(String(before.detail.ImageId), build)).toBe(visible)
  })

  it('that says that a parameter was deleted takes it away', async () => {
    const s = await staged({})
    const event = releaseEvent(fleet, 'own', s.time) as EventEnvelope
    await run(s, { events: [{ ...event, detail: { ...event.detail, operation: 'Delete' } }] })
    expect(pointedTo(s, 'own')).toBeUndefined()
  })

  it('twice is one AMI, hidden as it may be', async () => {
    const s = await staged({ faults: ['never-shared=amis'] })
    const event = releaseEvent(fleet, 'amis', s.time) as EventEnvelope
    await run(s, { events: [event, { ...event, id: 'again', time: s.at(60_000) }] })
    expect(judged(s, 'amis')).toHaveProperty('unseen')
    expect(s.heard.map(({ event }) => event.detail.State)).toEqual(['available', 'available'])
  })

  it.each([
    ['of an account that no upstream is in', { account: '888899990000' }, 'does not let account 888899990000'],
    ['of another region', { region: 'eu-west-1' }, 'default bus of account 444455556666 in eu-west-1'],
  ])('%s fails, and why', async (_, change, why) => {
    const s = await staged({})
    await run(s, { events: [{ ...(releaseEvent(fleet, 'amis', s.time) as EventEnvelope), ...change }] })
    expect(s.world.refused).toEqual([expect.stringContaining(why)])
  })

  it('that the build account itself announces goes to the releases bus, whose policy is for others', async () => {
    const s = await staged({})
    const event = { ...(releaseEvent(fleet, 'announced', s.time) as EventEnvelope), account: build.account }
    await run(s, { events: [event] })
    expect(s.heard.map(({ bus: name, account }) => [name, account])).toEqual([['kinds-releases', build.account]])
  })
})

describe('a fault', () => {
  const kinds = ['amis', 'foreign', 'own', 'built', 'announced']
  /** How long after its release each event of it was put. */
  const reported = ({ heard, time }: Staged, upstream: string) =>
    heard.filter(({ event }) => event.id === releaseEvent(fleet, upstream, time)?.id).map(({ after }) => after)

  it.each(kinds)('of what tells of %s', async (upstream) => {
    expect(reported(await released(upstream, [`release-lost=${upstream}`]), upstream)).toEqual([])
    expect(reported(await released(upstream, [`release-late=${upstream}`]), upstream)).toEqual([hour])
    expect(reported(await released(upstream, [`release-doubled=${upstream}`]), upstream)).toEqual([0, 1, 90_000])
  })

  it('of what tells of a public parameter is one of the messages on its topic', async () => {
    expect((await released('public', ['release-lost=public'])).hints).toEqual([])
    expect((await released('public', ['release-late=public'])).hints).toEqual([hour])
    expect((await released('public', ['release-doubled=public'])).hints).toEqual([0, 1, 90_000])
  })

  it('makes one release late, so that the next may come before it', async () => {
    const s = await staged({ faults: ['release-late=amis'] })
    await run(s, { releases: [s.planned('amis'), { upstream: 'amis', time: s.at(hour / 2) }] })
    expect(s.heard.map(({ after, event }) => [after, event.time])).toEqual([
      [hour / 2, s.at(hour / 2)],
      [hour, s.time],
    ])
  })

  it.each(upstreams)('deregisters the AMI of %s before anybody can look', async (upstream) => {
    const s = await released(upstream, [`release-deregistered=${upstream}`])
    expect(judged(s, upstream)).toHaveProperty('unseen')
  })

  it.each(upstreams.filter((name) => name !== 'built'))('gives the AMI of %s to a stranger', async (upstream) => {
    const s = await released(upstream, [`untrusted-owner=${upstream}`])
    expect(judged(s, upstream)).toMatchObject({ refused: expect.stringContaining('999999999999') })
  })

  it.each(['amis', 'foreign', 'own', 'public', 'quiet', 'announced'])('hides the AMI of %s', async (upstream) => {
    expect(judged(await released(upstream, [`never-shared=${upstream}`]), upstream)).toHaveProperty('unseen')
    const late = await staged({ faults: [`shared-late=${upstream}`] })
    const seen: boolean[] = []
    for (const after of [0, hour + 1])
      late.clock.at(late.started + after, () => void seen.push('releases' in judged(late, upstream)))
    await run(late, { releases: [late.planned(upstream)] })
    expect(seen).toEqual([false, true])
  })
})
