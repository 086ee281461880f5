import { GetImageCommand, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { RingOrder, Target } from '../../domain/planning/order.ts'
import { imageKey, readOrdered } from '../shared/campaigns.ts'
import {
  DistributionFailed,
  DistributionIncomplete,
  DistributionInProgress,
  DistributionTimedOut,
} from '../shared/errors.ts'
import { describeAmi } from '../shared/images.ts'
import type { Ledger } from '../shared/ledger.ts'
import { copyKey } from '../shared/loops.ts'
import { at, Targets } from '../shared/targets.ts'

interface Parts {
  fleet: string
  imageBuilder: ImagebuilderClient
  ledger: Ledger
  /** Accounts that may release what they were given: the copies there are remembered. */
  upstreamAccounts: string[]
}

interface Request {
  time: string
  campaign: string
  image: string
  ring: string
  distributedArn: string
  startedAt: string
}

type Placed = Target & { ami: string }

const running = ['PENDING', 'CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING']
/** Copies of large volumes to far regions take hours; a day means that nothing comes any more. */
const limitSeconds = 86_400

/**
 * Asks Image Builder where the AMI is, and then each target whether it is there.
 *
 * @throws DistributionInProgress, DistributionTimedOut, DistributionFailed by Image Builder's word;
 * DistributionIncomplete naming the targets that do not have it; TargetUnreachable.
 */
export async function verify(parts: Parts, request: Request) {
  const { campaign, image, ring: name } = request
  const { order, distributed = {} } = await readOrdered(parts.ledger, campaign, image)
  const ring = order.rings.find(({ ring }) => ring === name)
  if (!ring) throw new Error(`the order of ${image} has no ring ${name}`)
  const amis = await placedAmis(parts.imageBuilder, request)
  const placed = await checkTargets(parts.fleet, request, ring, amis)
  for (const { account, region, ami } of placed)
    if (parts.upstreamAccounts.includes(account))
      await parts.ledger.set(copyKey(ami), { image, campaign, account, region })
  await parts.ledger.set(imageKey(campaign, image), { distributed: { ...distributed, [name]: placed } })
  return { targets: placed.length }
}

async function placedAmis(imageBuilder: ImagebuilderClient, { distributedArn, time, startedAt }: Request) {
  const { image } = await imageBuilder.send(new GetImageCommand({ imageBuildVersionArn: distributedArn }))
  const status = image?.state?.status ?? 'unknown'
  if (running.includes(status)) {
    const seconds = (Date.parse(time) - Date.parse(startedAt)) / 1000
    if (seconds < limitSeconds) throw new DistributionInProgress(`${distributedArn} is ${status}`)
    throw new DistributionTimedOut(
      `${distributedArn} is still ${status} after ${Math.round(seconds)} seconds`,
    )
  }
  const amis = image?.outputResources?.amis ?? []
  if (status !== 'AVAILABLE') {
    const failed = amis.filter(({ state }) => state?.status === 'FAILED')
    const where = failed.map(
      ({ accountId, region, state }) => `${accountId} ${region}: ${state?.reason ?? 'no reason given'}`,
    )
    const why = where.length > 0 ? where.join('; ') : (image?.state?.reason ?? 'no reason given')
    throw new DistributionFailed(`${status}: ${why}`)
  }
  return amis
}

async function checkTargets(
  fleet: string,
  { image, distributedArn }: Request,
  ring: RingOrder,
  amis: { region?: string | undefined; accountId?: string | undefined; image?: string | undefined }[],
): Promise<Placed[]> {
  const partition = distributedArn.split(':')[1] ?? 'aws'
  const targets = new Targets({ fleet, partition, session: `verify-${image}` })
  const placed: Placed[] = []
  const missing: string[] = []
  for (const target of ring.targets) {
    const { account, region } = target
    const ami = amis.find((copy) => copy.accountId === account && copy.region === region)?.image
    const found = ami && (await at(target, describeAmi(await targets.ec2(target), ami)))
    if (ami && found && found.State === 'available') placed.push({ ...target, ami })
    else
      missing.push(
        `${account} ${region}: ${ami ? `${ami} is ${found ? found.State : 'not visible'}` : 'no AMI'}`,
      )
  }
  if (missing.length > 0) throw new DistributionIncomplete(missing.join('; '))
  return placed
}
