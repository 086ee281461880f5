import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { createWorld, type NewOrganization, Random, VirtualClock, type World } from '../../emulator/index.ts'
import { summarise } from '../../rehearsal/accounts.ts'
import { Faults } from '../../rehearsal/faults.ts'
import { writeRecords } from '../../rehearsal/records.ts'
import { stage } from '../../rehearsal/scenario.ts'
import { addKeys } from '../../rehearsal/seed-world.ts'
import { workIn } from '../../rehearsal/work.ts'
import { startMachine } from '../../rehearsal/workloads.ts'
import { stageFor, temporaryDirectory } from '../support/rehearsal.ts'

/** Rehearsals of rings: the test makes the accounts, and reads the world itself. */

export const build = { account: '111122223333', region: 'us-west-2' }
export const start = '2026-09-01T06:00:00Z'
export const accounts = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(200_000_000_000 + from + i))

/** One image, and these rings, in this order. */
export const fleetOf = (rings: Record<string, object>, more: object = {}): Fleet =>
  parseFleet(
    JSON.stringify({
      name: 'small',
      build,
      organization: 'o-exampleorgid',
      upstreams: { soe: { platform: 'Linux', ami: { owner: '444455556666', name: 'soe-*' } } },
      infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
      components: {
        hello: {
          platform: 'Linux',
          document: {
            phases: [
              {
                name: 'build',
                steps: [{ name: 'Hello', action: 'ExecuteBash', inputs: { commands: ['echo hello'] } }],
              },
            ],
          },
        },
      },
      images: {
        base: {
          parent: 'soe',
          infrastructure: 'linux',
          components: ['hello'],
          volumes: [{ device: '/dev/xvda', size: 8 }],
        },
      },
      rings,
      notify: { email: ['team@example.com'] },
      ...more,
    }),
    'small.yaml',
  )

/** Three releases of an image: its first is old. A run deprecates it, the next removes it, and a third does what is left. */
export const threeReleases = ['09-01', '09-02', '09-03'].map((date) => ({
  upstream: 'soe',
  time: `2026-${date}T06:00:00Z`,
}))
export const shortRetirement = { retirement: { keep: 1, grace: '1d' } }
export const retirementRuns = (fleet: Fleet) =>
  ['2026-09-04T06:00:00Z', '2026-09-06T06:00:00Z', '2026-09-07T06:00:00Z'].map((time) => ({
    time,
    do: (world: World) => {
      const asked = { time, by: 'arn:aws:iam::111122223333:user/alice', act: true }
      startMachine(world, fleet, 'retire', `retire-${time.slice(5, 10)}`, asked)
    },
  }))

interface ScenarioEvent {
  /** Accounts in which the stack of targets is. */
  targets: string[]
  organization?: Pick<NewOrganization, 'units' | 'accounts'>
  /** What becomes of a distribution. */
  outcome?: World['aws']['imagebuilder']['outcome']
  /** Hours after the start at which the upstream releases something. */
  releasedAfter?: number[]
  /** Hours after the start until which schedules come; without it they never do. */
  until?: number
  /** Before anything happens. */
  arrange?: (world: World) => void
}

export async function ringStage(fleet: Fleet) {
  const { assembly } = await stageFor(fleet)

  return async ({
    targets,
    organization,
    outcome = () => ({}),
    releasedAfter = [0],
    until,
    arrange,
  }: ScenarioEvent) => {
    const started = Date.parse(start)
    const clock = new VirtualClock(started - 600_000)
    const random = new Random(1)
    const faults = new Faults([])
    const world: World = await createWorld({
      clock,
      random,
      organization: fleet.organization,
      account: fleet.build.account,
      region: fleet.build.region,
      bundles: assembly.functions,
      schedulesUntil: until === undefined ? undefined : started + until * 3_600_000,
      labelOf: workIn,
      eventDelays: (event) => staged.eventDelays(event),
      beforeInvoke: (name, work) => staged.before(name, work),
    })
    const releases = releasedAfter.map((hours) => {
      const time = new Date(started + hours * 3_600_000).toISOString().replace('.000', '')
      return { upstream: 'soe', time }
    })
    const staged = stage(world, { fleet, started, events: [], releases, random, faults })
    const { aws } = world
    const built = aws.imagebuilder.outcome
    aws.imagebuilder.outcome = (image) => (image.kind === 'distribution' ? outcome(image) : built(image))
    const others = { management: '000000000001', root: 'r-exam', delegated: [build.account] }
    if (organization && fleet.organization)
      aws.organizations.set({ id: fleet.organization, ...others, ...organization })
    addKeys(world, fleet, targets)
    arrange?.(world)
    clock.at(clock.now(), async () => {
      const deploy = ({ name, template }: typeof assembly.buildStack, account: string, region = build.region) =>
        world.deploy(template, { account, region, stack: name })
      for (const account of targets) await deploy(assembly.targetStack, account)
      await deploy(assembly.buildStack, build.account)
      for (const { region, ...stack } of assembly.keyStacks) await deploy(stack, build.account, region)
      await deploy(assembly.soeStack, '444455556666')
    })
    await clock.run({ until: started - 1 })
    await clock.run()
    const summary = await summarise(world, 'small-ledger', started)
    const { notifications } = aws.sns
    const out = temporaryDirectory()
    writeRecords(out, world, notifications, { ...summary, wallSeconds: 0 })
    await world.close()
    const statuses = Object.fromEntries(summary.images.map(({ image, status }) => [image, status]))
    const reportedOf = (image: string) =>
      notifications
        .filter(({ attributes }) => attributes.image === image)
        .map(({ subject, message }) => `${subject}\n${message}`)
        .join('\n')
    const reported = notifications.map(({ subject, message }) => `${subject}\n${message}`).join('\n')
    return { world, reported, reportedOf, calls: `${out}/calls.jsonl`, statuses, status: summary.images.at(-1)?.status }
  }
}

/** The AMI that the parameter of each target names, as the emulator keeps it: anybody who wrote it, and however. */
export function pointers({ aws }: World, parameter: string, who: string[], where: string[]) {
  return who.flatMap((account) =>
    where.map((region) => {
      const id = aws.ssm.valueOf(parameter, { account, region })
      return { account, region, id, ami: id === undefined ? undefined : aws.ec2.get(id, region) }
    }),
  )
}

/** How many copies each target got: `<account> <region>`. */
export function copiesIn({ aws }: World): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { account, region } of aws.ec2.copies) {
    const place = `${account} ${region}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return counts
}
