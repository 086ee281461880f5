import { readOrdered } from '../shared/campaigns.ts'
import type { Ledger } from '../shared/ledger.ts'
import { movePointer } from '../shared/pointers.ts'
import { mustHoldRollOut } from '../shared/roll-outs.ts'
import { at, Targets } from '../shared/targets.ts'

interface Request {
  /** The execution's ARN. */
  execution: string
  campaign: string
  image: string
  ring: string
}

/**
 * Points each target's parameter at the AMI that is true there: ids differ by account and region.
 *
 * @throws Superseded where an emergency has overtaken this roll-out: its pointers stay.
 */
export async function publish(
  { fleet, ledger }: { fleet: string; ledger: Ledger },
  { execution, campaign, image, ring: name }: Request,
) {
  const { order, distributed, imageArn } = await readOrdered(ledger, campaign, image)
  await mustHoldRollOut(ledger, execution, order)
  const ring = order.rings.find(({ ring }) => ring === name)
  const placed = distributed?.[name]
  if (!ring || !placed) throw new Error(`${image} was not verified in ring ${name}: nothing to publish`)
  const partition = imageArn?.split(':')[1] ?? 'aws'
  const targets = new Targets({ fleet, partition, session: `publish-${image}` })
  for (const target of placed)
    await at(target, movePointer(await targets.ssm(target), ring.parameter, target.ami))
  return { published: placed.length }
}
