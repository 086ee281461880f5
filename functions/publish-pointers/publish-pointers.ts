import { KMSClient } from '@aws-sdk/client-kms'
import { letAutoScalingUse } from '../../aws/keys.ts'
import { moveTemplates } from '../../aws/launch-templates.ts'
import { type Pause, pointTo } from '../../aws/pointers.ts'
import { inEach, Targets } from '../../aws/targets.ts'
import { PublicationIncomplete } from '../../domain/errors.ts'
import { channelParameter } from '../../domain/names.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readRing } from '../workflow/distributions.ts'
import { requireRolloutLock } from '../workflow/rollout-guard.ts'

export interface PublishDeps {
  fleet: string
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  pause?: Pause
}

interface PublishPointersInput {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
  ring: string
}

/**
 * Lets Auto Scaling of each target launch what the build account's key encrypts, and points each target's parameter, its candidate and its launch templates at the AMI that is true there: ids differ by
 * account and region. A repeat changes nothing where all is as it must be.
 *
 * @throws Superseded where an emergency or a person has overtaken this roll-out: what is not written yet stays;
 * PublicationIncomplete and TargetUnreachable naming the targets that do not point to it, when all others do.
 */
export async function publish({ fleet, ledger, pause }: PublishDeps, request: PublishPointersInput) {
  const { execution, time, image } = request
  const { item, ring } = await readRing(ledger, request)
  const permit = () => requireRolloutLock(ledger, execution, item)
  await permit()
  const placed = item.distributed?.[ring.ring]
  if (!placed) throw new Error(`${image} was not verified in ring ${ring.ring}: nothing to publish`)
  const { parameter, launchTemplates } = ring
  const { kmsKeys = {} } = item.distributing?.[ring.ring] ?? {}
  const targets = targetsOf(fleet, item)
  await inEach(placed, incomplete, async (target) => {
    // Before anything points to it: a group that launches from then on needs the key.
    const key = kmsKeys[target.region]
    if (key && isOfAnother(target.account, key))
      await letAutoScalingUse(new KMSClient(await targets.configFor(target)), { key, fleet, account: target.account })
    const wanted = { [parameter]: target.ami, [channelParameter(parameter, 'candidate')]: target.ami }
    await pointTo(await targets.ssm(target), wanted, { permit, pause })
    await moveTemplates(() => targets.ec2(target), launchTemplates, target.ami, permit)
  })
  // The soak begins with the first time that all of them had it.
  await ledger.campaigns.recordPublished(request, item, time)
  return { published: placed.length }
}

/** A target's own key is its own affair. */
const isOfAnother = (account: string, key: string) => ![account, '{account}'].includes(key.split(':')[4] ?? '')

export const incomplete = (wrong: string) => new PublicationIncomplete(wrong)

export const targetsOf = (fleet: string, { image, imageArn }: { image: string; imageArn?: string }) =>
  new Targets({ fleet, partition: imageArn?.split(':')[1] ?? 'aws', session: `publish-${image}` })
