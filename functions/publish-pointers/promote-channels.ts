import type { CloudWatchFor } from '../../aws/alarms.ts'
import { pointTo, readPointers } from '../../aws/pointers.ts'
import { inEach } from '../../aws/targets.ts'
import { channelParameter } from '../../domain/names.ts'
import { amiIn, previousFor } from '../../domain/releases/channels.ts'
import type { Placement } from '../../domain/releases/image-release.ts'
import { mustHaveBeenQuiet } from '../workflow/alarm-guard.ts'
import { requireRolloutLock } from '../workflow/rollout-guard.ts'
import { incomplete, type PublishDeps, targetsOf } from './publish-pointers.ts'

interface PromoteChannelsInput {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
}

/**
 * An image through its last ring is stable in every target of every ring, and the last good release before it is previous
 * there. A repeat moves nothing.
 *
 * @throws AlarmFired and AlarmUnknown by its last ring; Superseded, PublicationIncomplete and TargetUnreachable as `publish`.
 */
export async function promote(
  { fleet, ledger, pause, cloudWatch }: PublishDeps & { cloudWatch: CloudWatchFor },
  { execution, time, campaign, image }: PromoteChannelsInput,
) {
  const item = await ledger.campaigns.readOrdered(campaign, image)
  const { rings } = item.order
  const permit = () => requireRolloutLock(ledger, execution, item)
  await permit()
  const last = rings.at(-1)
  const { imageArn = '' } = item
  if (last) await mustHaveBeenQuiet({ ledger, cloudWatch }, item, last, { campaign, time, imageArn })
  const targets = targetsOf(fleet, item)
  const releases = await ledger.releases.readAll(image)
  const placed = rings.flatMap(({ ring, parameter }) =>
    (item.distributed?.[ring] ?? []).map((target) => ({ ...target, parameter })),
  )
  await inEach(placed, incomplete, async (target: Placement & { parameter: string }) => {
    const { parameter, ami } = target
    const [stable, previous] = [channelParameter(parameter, 'stable'), channelParameter(parameter, 'previous')]
    const ssm = await targets.ssm(target)
    const named = await readPointers(ssm, [stable, previous])
    const now = { stable: named.get(stable), previous: named.get(previous) }
    const before = previousFor(releases, item.version, now, (release) => amiIn(release, target))
    // Before stable: else a repeat would not know it any more.
    await pointTo(ssm, { [previous]: before, [stable]: ami }, { permit, pause })
  })
  return { promoted: placed.length }
}
