import { beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { Execution } from '../../emulator/step-functions/execution.ts'
import type { World } from '../../emulator/world/world.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { launchWorkloads, startMachine } from '../../rehearsal/workloads.ts'
import { exampleFleet } from '../support/fleets.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/**
 * Four images of the example fleet over a month: an image rolled back while it is baked again, a base revoked with all that descends from it while a
 * newer one is on its way, and old AMIs retired. One account lets nobody in for a while, some AMIs are in use.
 */

const example = exampleFleet()
const {
  'al2023-hardened': hardened,
  'al2023-java': java,
  'payments-api': payments,
  'web-frontend': web,
} = example.images
const family = ['al2023-hardened', 'al2023-java', 'payments-api', 'web-frontend']
const fleet = {
  ...example,
  images: {
    'al2023-hardened': hardened,
    'al2023-java': java,
    'payments-api': payments,
    'web-frontend': { ...web, parent: 'al2023-java' },
  } as typeof example.images,
  retirement: { ...example.retirement, keep: 1, grace: 86_400 } as NonNullable<typeof example.retirement>,
}
const { build } = fleet
const closed = '777788889999'
const rolledBack = 'payments-api'
const inUse = 'web-frontend'
const targets: Target[] = ['222233334444', '555566667777', closed].flatMap((account) =>
  ['us-west-2', 'us-east-1'].map((region) => ({ account, region })),
)
const by = 'arn:aws:iam::111122223333:user/ada'
const at = (day: number, time = '00:00') => `2026-09-${String(day).padStart(2, '0')}T${time}:00Z`

let rehearsal: Rehearsal
const executions: Record<string, Execution> = {}
/** What each target's pointer had at some moment, by image, and last the build account's stable. */
const pointers: Record<string, Record<string, string[]>> = {}
/** The state of every AMI that a pointer had until then. */
const states: Record<string, Record<string, string>> = {}

const remember = (name: string) => (world: World) => {
  const { ssm, ec2 } = world.aws
  pointers[name] = Object.fromEntries(
    family.map((image) => [
      image,
      [
        ...targets.map((target) => ssm.valueOf(`/golden-images/${image}`, target) ?? 'none'),
        ssm.valueOf(`/golden/images/${image}/stable`, build) ?? 'none',
      ],
    ]),
  )
  const amis = Object.values(pointers).flatMap((images) => Object.values(images).flat())
  const stateOf = (ami: string) => {
    const found = ['us-west-2', 'us-east-1'].flatMap((region) => ec2.get(ami, region) ?? [])[0]
    return found ? (found.image.DeprecationTime ? 'deprecated ' : '') + found.image.State : 'gone'
  }
  states[name] = Object.fromEntries(amis.map((ami) => [ami, stateOf(ami)]))
}
const start = (machine: string, name: string, input: object) => (world: World) => {
  executions[name] = startMachine(world, fleet, machine, name, { by, reason: 'INC-4711', ...input })
}
const rollback = (name: string, time: string) => start('rollback', name, { image: rolledBack, hold: true, time })
/** The newest version that people were notified of. */
const newest = ({ aws }: World, image: string) =>
  aws.sns.notifications
    .findLast(({ subject }) => subject?.startsWith(`Released: ${image} `))
    ?.subject?.split(' ')
    .at(-1)
const revoke = (name: string, time: string) => (world: World) => {
  bad ??= newest(world, 'al2023-hardened')
  const request = { image: 'al2023-hardened', version: bad, descendants: true, force: false }
  start('revoke', name, { ...request, time })(world)
}
let bad: string | undefined
const retire = (name: string, time: string) => start('retire', name, { time, act: true })
const bakeAgain = (name: string, time: string) => (world: World) => {
  const trigger = { kind: 'manual', images: [rolledBack], time, reason: 'packages' }
  startMachine(world, fleet, 'campaign', name, { trigger })
}

beforeAll(async () => {
  const stage = await stageFor(fleet)
  rehearsal = await stage.rehearse({
    releases: [1, 3, 5].map((day) => ({ upstream: 'al2023-soe', time: at(day, '06:00') })),
    actions: [
      { time: at(3), do: remember('first') },
      { time: at(4, '12:00'), do: remember('second') },
      {
        time: at(4, '12:00'),
        do: (world) => {
          launchWorkloads(world, fleet, { image: inUse, ring: 'early' })
          launchWorkloads(world, fleet, { image: rolledBack })
        },
      },
      { time: at(4, '13:00'), do: ({ aws }) => aws.iam.refuse(closed) },
      { time: at(4, '13:50'), do: bakeAgain('manual-under-way', at(4, '13:50')) },
      { time: at(4, '14:00'), do: rollback('rollback-1', at(4, '14:00')) },
      { time: at(4, '15:00'), do: remember('half') },
      { time: at(4, '16:00'), do: ({ aws }) => aws.iam.admit(closed) },
      { time: at(4, '16:10'), do: rollback('rollback-2', at(4, '16:10')) },
      { time: at(4, '17:00'), do: remember('back') },
      // The third release, of this morning, is being baked.
      { time: at(5, '06:20'), do: revoke('revoke-1', at(5, '06:20')) },
      { time: at(5, '06:50'), do: remember('revoked') },
      { time: at(8), do: remember('third') },
      { time: at(8, '01:00'), do: retire('retire-1', at(8, '01:00')) },
      { time: at(9, '02:00'), do: retire('retire-2', at(9, '02:00')) },
      { time: at(9, '03:00'), do: remember('retired') },
    ],
  })
}, slow * 2)

/** Which release each pointer has at some moment: six targets in the order above, and the build account's stable. */
const has = (moment: string, image: string) =>
  (pointers[moment]?.[image] ?? []).map((ami, i) =>
    ['first', 'second', 'third'].find((name) => pointers[name]?.[image]?.[i] === ami),
  )
const everywhere = (release: string) => Array(7).fill(release)
/** What has become, until some moment, of the AMIs that pointers had at another. */
const became = (moment: string, of: string, image: string) =>
  (pointers[of]?.[image] ?? []).map((ami) => states[moment]?.[ami])
const bakesOf = (campaign: string) => rehearsal.summary.images.filter((image) => image.campaign.startsWith(campaign))

describe('a rollback while the image is baked, and an account lets nobody in', () => {
  it('goes back everywhere else, and fails naming the account', () => {
    expect(has('half', rolledBack)).toEqual([...Array(4).fill('first'), 'second', 'second', 'first'])
    expect(executions['rollback-1']).toMatchObject({ status: 'FAILED', error: 'RollbackIncomplete' })
    expect(executions['rollback-1']?.cause).toContain(`${closed} us-west-2, ${closed} us-east-1: cannot assume`)
  })

  it('makes nothing of the bake that was under way', () => {
    expect(bakesOf('manual-under-way')).toMatchObject([
      { status: 'superseded', reason: expect.stringMatching(/^held by /) },
    ])
  })

  it('goes back where it had not, when the operator repeats it, and touches no other image', () => {
    expect(executions['rollback-2']?.status).toBe('SUCCEEDED')
    expect(has('back', rolledBack)).toEqual(everywhere('first'))
    for (const image of family.filter((name) => name !== rolledBack))
      expect(has('back', image)).toEqual(everywhere('second'))
  })

  it('stays, whatever is released afterwards', () => {
    expect(has('third', rolledBack)).toEqual(everywhere('first'))
    const later = bakesOf('al2023-soe-').filter(({ startedAt }) => (startedAt ?? '') > at(5))
    expect(later.map(({ image }) => image)).not.toContain(rolledBack)
  })
})

describe('a base revoked with all below it, while a newer one is on its way', () => {
  it('points back whatever had it, and holds up no newer release', () => {
    expect(executions['revoke-1']?.status).toBe('SUCCEEDED')
    for (const image of family) expect(has('revoked', image)).not.toContain('second')
    for (const image of family.filter((name) => name !== rolledBack))
      expect(has('third', image)).toEqual(everywhere('third'))
  })

  it('disables every AMI of the family that nothing runs on, and no other', () => {
    for (const image of family) {
      const ran = { [rolledBack]: 6, [inUse]: 2 }[image] ?? 0
      expect(became('revoked', 'second', image)).toEqual([
        ...Array(ran).fill('deprecated available'),
        ...Array(7 - ran).fill('disabled'),
      ])
      expect(became('revoked', 'first', image)).toEqual(everywhere('available'))
    }
  })

  it('has baked again what is affected and not held', () => {
    const again = bakesOf('manual-2026')
    expect(again.map(({ image }) => image).sort()).toEqual(family.filter((name) => name !== rolledBack).sort())
    expect(again.every(({ status }) => status === 'released')).toBe(true)
  })
})

describe('retirement', () => {
  it('removes what is old or revoked, and that nothing uses', () => {
    expect([executions['retire-1']?.status, executions['retire-2']?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    for (const image of family.filter((name) => ![rolledBack, inUse].includes(name)))
      expect(became('retired', 'second', image)).toEqual(everywhere('gone'))
    expect(became('retired', 'first', 'al2023-hardened')).toEqual(everywhere('gone'))
  })

  it('removes nothing that a pointer, a launch template, a group or an instance has', () => {
    expect(became('retired', 'second', rolledBack).slice(0, 6)).toEqual(Array(6).fill('deprecated available'))
    expect(became('retired', 'second', inUse).slice(0, 2)).toEqual(Array(2).fill('deprecated available'))
    for (const image of family) expect(became('retired', 'retired', image)).toEqual(everywhere('available'))
    const { ec2 } = rehearsal.world.aws
    const gone = ec2.instances.all().filter(({ instance, region }) => !ec2.get(instance.ImageId ?? '', region))
    // Smoke tests' instances are terminated.
    expect(gone.filter(({ instance }) => instance.State.Name !== 'terminated')).toEqual([])
  })
})
