import type { Image } from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeUpstream } from '../../cli/upstream-kinds.ts'
import { kindsOfUpstreams, sourceIn, sourcesOfKind, type UpstreamKind } from '../../domain/upstream-kinds.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { matches } from '../../emulator/matching/event-pattern.ts'
import { examineUpstream } from '../../functions/examine-accounts/upstreams.ts'
import { pollUpstreams } from '../../functions/poll-upstreams/poll-upstreams.ts'
import { receiveRelease } from '../../functions/receive-release/receive-release.ts'
import type { CloudAssemblySummary, Template } from '../../infra/synthesize.ts'
import { amiOfRelease, releaseEvent, simulatedAmi } from '../../rehearsal/releases.ts'
import { releaseWorld } from '../functions/release-world.ts'
import { slow, synth } from '../infra/fixture.ts'
import { everySource } from '../rehearsal/sources.ts'
import { everyKind } from '../support/every-kind.ts'
import { readEvent } from '../support/rehearsal.ts'
import { resourcesOf } from '../support/template.ts'

type World = ReturnType<typeof releaseWorld>

interface Case {
  /** An upstream of the kind in `everyKind`. */
  upstream: string
  /** An event of it in events/. */
  sample: string
  /** Who has its AMIs, and where they are. */
  from: string
  /** Makes what says which AMI it is, where that is not the AMI's name. */
  point?: (world: World, ami: Image, event: EventEnvelope) => void
}

const cases: Record<UpstreamKind, Case> = {
  ami: { upstream: 'of-an-account', sample: 'ec2.ami-available.json', from: 'soe-al2023-* of 444455556666' },
  parameter: {
    upstream: 'of-a-parameter',
    sample: 'ssm.upstream-parameter-updated.json',
    from: '/soe/ubuntu-2404 of 444455556666',
    point: ({ parameters }, { ImageId = '' }) => parameters.set('444455556666 /soe/ubuntu-2404', ImageId),
  },
  image: {
    upstream: 'of-an-image',
    sample: 'imagebuilder.upstream-image-available.json',
    from: 'soe-rhel-9 of Image Builder',
    point: (_, ami, { resources }) => {
      const [Value = ''] = resources
      ami.Tags = [{ Key: 'Ec2ImageBuilderArn', Value }]
    },
  },
  event: { upstream: 'of-a-team', sample: 'soe.ami-released.json', from: 'what 444455556666 announces' },
}

const fleet = everyKind()
const time = '2026-09-08T09:00:00Z'

let assembly: CloudAssemblySummary
beforeAll(async () => {
  assembly = await synth(fleet)
}, slow)

describe.each(kindsOfUpstreams)('an upstream of the kind %s', (kind) => {
  const { upstream, sample, from, point } = cases[kind]
  const event = releaseEvent(fleet, upstream, time) as EventEnvelope
  const { ami, ownerId, name, architecture, state, created } = amiOfRelease(fleet, { upstream, time })
  const campaign = `${upstream}-${ami}`

  /** What AWS answers once the release is there. */
  const released = () => {
    const world = releaseWorld({ fleet })
    const image: Image = {
      ImageId: ami,
      OwnerId: ownerId,
      Name: name,
      Architecture: architecture as 'x86_64',
      State: state as 'available',
      CreationDate: created,
    }
    point?.(world, image, event)
    world.add(image)
    return world
  }
  const lookingAt = ({ parts: deps }: World) => examineUpstream({ fleet, ...deps.upstreams }, upstream)

  it('is what the fleet file says', () => {
    expect(sourceIn(fleet, upstream).kind).toBe(kind)
    expect(sourcesOfKind(fleet, kind).map(([each]) => each)).toContain(upstream)
  })

  it('starts a campaign when its event tells of a release', async () => {
    const world = released()
    expect(await receiveRelease(world.parts, { event })).toEqual({ taken: [{ campaign }] })
    expect(world.triggerOf(campaign)).toMatchObject({ kind: 'release', upstream, ami, time })
  })

  it('starts a campaign when a poll finds a release', async () => {
    const world = released()
    expect(await pollUpstreams(world.parts, { time })).toEqual({ taken: { [upstream]: { campaign } } })
    expect(world.triggerOf(campaign)).toMatchObject({ kind: 'release', upstream, ami, time })
  })

  it.each([
    ['its event', () => event],
    [`its sample ${sample}`, () => readEvent(sample)],
  ])('has a rule that brings %s to the machine that receives releases', (_, reported) => {
    const isOwn = reported().account === fleet.build.account
    const brings = rulesOf(assembly.buildStack.template, ({ Arn }) => Arn === '<ReleaseStateMachine>')
    const taking = brings.filter(({ pattern, bus }) => isOwn === (bus === undefined) && matches(pattern, reported()))
    expect(taking).toHaveLength(1)
    if (isOwn) return
    const forwards = rulesOf(assembly.soeStack.template, ({ Arn }) => /event-bus\/golden-releases$/.test(Arn))
    expect(forwards.filter(({ pattern }) => matches(pattern, reported()))).toHaveLength(1)
  })

  it('is described with who has its AMIs, and what says that there is a new one', () => {
    expect(describeUpstream(sourceIn(fleet, upstream))).toEqual({ from, noticedBy: ['event', 'poll'] })
  })

  it('is looked at by the examination of the accounts', async () => {
    expect(await lookingAt(released())).toEqual({ upstream, ami })
    expect(await lookingAt(releaseWorld({ fleet }))).toEqual({ upstream, problem: expect.stringMatching(/\S/) })
  })

  it('has a release in rehearsals, whose event is known as that of this upstream', () => {
    expect(simulatedAmi(fleet, event)).toEqual(amiOfRelease(fleet, { upstream, time }))
    // The suites of test/rehearsal that go through all upstreams go through one of this kind.
    expect(sourcesOfKind(everySource(), kind)).not.toEqual([])
  })
})

/** The rules of a stack that have such a target. */
const rulesOf = (template: Template, isTarget: (target: { Arn: string }) => boolean) =>
  Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(({ EventPattern, EventBusName, Targets }) =>
    (Targets as { Arn: string }[]).some(isTarget)
      ? [{ pattern: EventPattern as Record<string, unknown>, bus: EventBusName as string | undefined }]
      : [],
  )
