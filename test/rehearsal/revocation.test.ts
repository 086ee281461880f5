import { beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { Execution } from '../../emulator/step-functions/execution.ts'
import type { World } from '../../emulator/world/world.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { launchWorkloads, startMachine } from '../../rehearsal/workloads.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/** Two releases of two images, of which the second is bad; the application of the second runs in the first ring. */
const image = (parent: string) => ({
  parent,
  infrastructure: 'linux',
  components: ['hello'],
  volumes: [{ device: '/dev/xvda', size: 8 }],
})
const fleet = fleetOf(
  {
    early: { accounts: ['222233334444'], regions: ['us-west-2', 'us-east-1'] },
    all: { accounts: ['333344445555'], regions: ['us-west-2'], launchTemplates: ['{image}'] },
  },
  { images: { base: image('soe'), app: image('base') } },
)
const build = fleet.build
const early = { account: '222233334444', region: 'us-west-2' }
const far = { account: '222233334444', region: 'us-east-1' }
const all = { account: '333344445555', region: 'us-west-2' }
const targets = [early, far, all]
const day = (n: number, hour = 0) => `2026-09-0${n}T${String(hour).padStart(2, '0')}:00:00Z`
const images = ['base', 'app'] as const

interface Moment {
  /** By image: what each target's pointer has, and the build account's stable. */
  pointers: Record<string, string[]>
  /** The AMI of the newest version of each image's launch template in the last ring. */
  templates: Record<string, string | undefined>
  /** Of every AMI that some pointer has had until then. */
  states: Record<string, string>
}

let rehearsal: Rehearsal
const moments: Record<string, Moment> = {}
const executions: Execution[] = []

const everywhere = [...targets, build]

/** Read from the emulator, not from the ledger. */
function lookAt({ aws }: World): Moment {
  const { ssm, ec2 } = aws
  const pointer = (image: string, place: Target) =>
    ssm.valueOf(place === build ? `/small/images/${image}/stable` : `/golden-images/${image}`, place) ?? 'none'
  const pointers = Object.fromEntries(images.map((image) => [image, everywhere.map((place) => pointer(image, place))]))
  const seen = Object.values(moments).flatMap((moment) => Object.keys(moment.states))
  const known = [...new Set([...seen, ...Object.values(pointers).flat()])]
  const stateOf = (ami: string) =>
    everywhere.map(({ region }) => ec2.get(ami, region)?.image.State).find((state) => state) ?? 'gone'
  return {
    pointers,
    templates: Object.fromEntries(
      images.map((image) => [
        image,
        ec2.launchTemplates.find(image, all)?.versions.at(-1)?.LaunchTemplateData?.ImageId,
      ]),
    ),
    states: Object.fromEntries(known.map((ami) => [ami, stateOf(ami)])),
  }
}

const revoke =
  (name: string, more: { force?: boolean } = {}) =>
  (world: World) => {
    const request = { image: 'base', version: '1.0.0/4', descendants: true, force: false, ...more }
    const input = {
      ...request,
      reason: 'CVE-2026-1234',
      by: 'arn:aws:iam::111122223333:user/ada',
      time: day(3),
    }
    executions.push(startMachine(world, fleet, 'revoke', name, input))
  }
/** On the base that is about to be revoked: its bake ends afterwards. */
const bakeAgain = (world: World) => {
  const trigger = { kind: 'manual', images: ['app'], time: '2026-09-02T23:40:00Z', reason: 'packages' }
  startMachine(world, fleet, 'campaign', 'manual-under-way', { trigger })
}
const remember = (name: string) => (world: World) => {
  moments[name] = lookAt(world)
}

beforeAll(async () => {
  const stage = await stageFor(fleet)
  rehearsal = await stage.rehearse({
    releases: [
      { upstream: 'soe', time: day(1) },
      { upstream: 'soe', time: day(2) },
    ],
    actions: [
      { time: day(1, 20), do: remember('good') },
      { time: day(2, 20), do: remember('bad') },
      { time: day(2, 21), do: (world) => launchWorkloads(world, fleet, { image: 'app', ring: 'early' }) },
      { time: day(2, 22), do: ({ aws }) => aws.iam.refuse(all.account) },
      { time: '2026-09-02T23:40:00Z', do: bakeAgain },
      { time: day(3), do: revoke('revoke-1') },
      // The campaign that it starts has not baked anything yet.
      { time: '2026-09-03T00:10:00Z', do: remember('revoked') },
      { time: day(4), do: ({ aws }) => aws.iam.admit(all.account) },
      { time: day(4, 1), do: revoke('revoke-2') },
      { time: day(4, 20), do: remember('repeated') },
      { time: day(5), do: revoke('revoke-3', { force: true }) },
      { time: day(5, 20), do: remember('forced') },
    ],
  })
}, slow)

const moment = (name: string) => moments[name] as Moment
/** What had what before, in the order of `everywhere`. */
const copies = (name: string, image: string) => moment(name).pointers[image] as string[]
const statesAt = (name: string, of: string, image: string) => copies(of, image).map((ami) => moment(name).states[ami])
const subjects = () => rehearsal.notifications.map(({ subject }) => subject)

describe('a revocation with an account that lets nobody in', () => {
  it('points every other target back, launch templates too, and the build account', () => {
    for (const image of images) {
      const [near, other, closed, stable] = copies('revoked', image)
      const [goodNear, goodOther, , goodStable] = copies('good', image)
      expect([near, other, stable]).toEqual([goodNear, goodOther, goodStable])
      expect(closed).toBe(copies('bad', image)[2])
      expect(moment('revoked').templates[image]).toBe(moment('bad').templates[image])
    }
  })

  it('disables what nothing runs on, and only deprecates what does', () => {
    expect(statesAt('revoked', 'bad', 'base')).toEqual(['disabled', 'disabled', 'available', 'disabled'])
    expect(statesAt('revoked', 'bad', 'app')).toEqual(['available', 'available', 'available', 'disabled'])
    const { ec2 } = rehearsal.world.aws
    const [running = ''] = copies('bad', 'app')
    expect(ec2.get(running, early.region)?.image.DeprecationTime).toMatch(/^2026-09-03/)
  })

  it('leaves what was good as it was', () => {
    for (const image of images) expect(new Set(statesAt('revoked', 'good', image))).toEqual(new Set(['available']))
  })

  it('fails, and says what is not done, and where', () => {
    expect(executions[0]).toMatchObject({ status: 'FAILED', error: 'RevocationIncomplete' })
    const reported = rehearsal.notifications.find(({ subject }) => subject?.startsWith('Revoked: '))
    expect(reported?.message).toContain(`app back to 1.0.0/1: ring all: ${all.account} us-west-2: cannot assume`)
    expect(reported?.message).toContain('instance i-')
  })
})

describe('a campaign that was under way', () => {
  it('makes nothing of what it baked from a revoked AMI', () => {
    const under = rehearsal.summary.images.find(({ campaign }) => campaign === 'manual-under-way')
    expect(under).toMatchObject({ image: 'app', status: 'superseded' })
    expect(under?.reason).toMatch(/was revoked$/)
  })

  it('is followed by one that bakes again what is affected', () => {
    const again = rehearsal.summary.images.filter(({ campaign }) => campaign.startsWith('manual-2026'))
    expect(again.map(({ image }) => image).sort()).toEqual(['app', 'base'])
    const revoked = images.flatMap((image) => copies('bad', image))
    expect(revoked).not.toContain(again.find(({ image }) => image === 'app')?.parentAmi)
  })
})

describe('the same command again', () => {
  it('goes on where the account lets it in, and still spares what runs', () => {
    expect(executions[1]?.status).toBe('SUCCEEDED')
    expect(statesAt('repeated', 'bad', 'base')).toEqual(Array(4).fill('disabled'))
    expect(statesAt('repeated', 'bad', 'app')).toEqual(['available', 'available', 'disabled', 'disabled'])
    expect(copies('repeated', 'app')).toEqual(copies('good', 'app'))
    expect(moment('repeated').templates).toEqual(moment('good').templates)
  })

  it('disables what runs only when it is forced to', () => {
    expect(executions[2]?.status).toBe('SUCCEEDED')
    for (const image of images) expect(statesAt('forced', 'bad', image)).toEqual(Array(4).fill('disabled'))
    const instances = rehearsal.world.aws.ec2.instances.all()
    expect(instances.map(({ instance }) => instance.State.Name)).toEqual(['running', 'running'])
  })

  it('tells people each time', () => {
    expect(subjects().filter((each) => each?.startsWith('Revoked: '))).toEqual(
      Array(3).fill('Revoked: base 1.0.0/4 and 1 descendant'),
    )
  })
})
