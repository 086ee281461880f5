import { setTimeout as sleep } from 'node:timers/promises'
import type { RingOrder, Target } from '../../domain/planning/ring-order.ts'
import { imageKey } from '../shared/campaigns.ts'
import { readRing } from '../shared/distributions.ts'
import { PublicationIncomplete } from '../shared/errors.ts'
import { moveTemplate, notMoved } from '../shared/launch-templates.ts'
import type { Ledger } from '../shared/ledger.ts'
import { movePointer, readPointers } from '../shared/pointers.ts'
import { mustHoldRollOut } from '../shared/roll-outs.ts'
import { inEach, Targets, Wrong } from '../shared/targets.ts'

interface Parts {
  fleet: string
  ledger: Ledger
  pause?: (milliseconds: number) => Promise<unknown>
}

interface Request {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
  ring: string
}

type Placed = Target & { ami: string }

/**
 * Points each target's parameter and launch templates at the AMI that is true there: ids differ by account and region.
 * A repeat changes nothing where all is as it must be.
 *
 * @throws Superseded where an emergency has overtaken this roll-out: its pointers stay; PublicationIncomplete and
 * TargetUnreachable naming the targets that do not point to it, when all others do.
 */
export async function publish({ fleet, ledger, pause = sleep }: Parts, request: Request) {
  const { execution, time, campaign, image } = request
  const { item, ring } = await readRing(ledger, request)
  await mustHoldRollOut(ledger, execution, item.order)
  const placed = item.distributed?.[ring.ring]
  if (!placed) throw new Error(`${image} was not verified in ring ${ring.ring}: nothing to publish`)
  const partition = item.imageArn?.split(':')[1] ?? 'aws'
  const targets = new Targets({ fleet, partition, session: `publish-${image}` })
  await inEach(placed, incomplete, async (target) => {
    await point(targets, ring, target, pause)
    await giveTemplates(targets, ring, target)
  })
  // The soak begins with the first time that all of them had it.
  const published = { [ring.ring]: time, ...item.published }
  await ledger.set(imageKey(campaign, image), { published })
  return { published: placed.length }
}

const incomplete = (wrong: string) => new PublicationIncomplete(wrong)

/** Seconds: Parameter Store looks for the AMI after it has answered, and stores nothing if it does not find it. */
const patience = [0, 1, 2, 4, 8]

async function point(
  targets: Targets,
  { parameter }: RingOrder,
  target: Placed,
  pause: (milliseconds: number) => Promise<unknown>,
) {
  const ssm = await targets.ssm(target)
  const read = async () => (await readPointers(ssm, [parameter])).get(parameter)
  if ((await read()) === target.ami) return
  await movePointer(ssm, parameter, target.ami)
  let held: string | undefined
  for (const seconds of patience) {
    if (seconds > 0) await pause(seconds * 1000)
    held = await read()
    if (held === target.ami) return
  }
  throw new Wrong(`${parameter} has ${held ?? 'no value'} and not ${target.ami}`)
}

async function giveTemplates(targets: Targets, { launchTemplates }: RingOrder, target: Placed) {
  if (launchTemplates.length === 0) return
  const ec2 = await targets.ec2(target)
  const wrong: string[] = []
  for (const template of launchTemplates)
    try {
      await moveTemplate(ec2, template, target.ami)
    } catch (error) {
      const why = notMoved(error)
      if (!why) throw error
      wrong.push(`launch template ${template.name} ${why}`)
    }
  if (wrong.length > 0) throw new Wrong(wrong.join(', '))
}
