import { childrenOf } from '../../domain/fleet/graph.ts'
import { stableOf } from '../../domain/planning/holds.ts'
import { reasonNotToPromote } from '../../domain/planning/promotion.ts'
import { campaignName, type Promotion } from '../../domain/triggers.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { type Steering, steeringOf } from '../deployment/steering.ts'
import { loadFleet } from '../fleet.ts'
import { checkName, checkVersion } from '../options/names.ts'
import { forecast } from '../plan/forecast.ts'
import { Failed } from '../problems.ts'
import { startAsPlanned } from '../start/start-as-planned.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed } from '../terminal/output.ts'
import { sentence, user } from '../triggers/by-hand.ts'
import type { PromoteOptions } from './command.ts'
import { type PromotionPlan, promotionLines } from './render.ts'

/** The edges of the command, and what it asks of a deployment. */
export type PromoteDeps = Changes<Pick<Steering, 'releases' | 'standing'>>

const liveDeps = (): PromoteDeps => changeDeps(steeringOf)

/** Shows what a promotion would do, asks, and starts it; the exit code is 1 if it was not to be. */
export async function promote(
  options: PromoteOptions,
  { now, open, ...terminal }: PromoteDeps = liveDeps(),
): Promise<void> {
  const { image, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  checkName('IMAGE', 'image', image, Object.keys(fleet.images))
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const steering = await open(deployment)
  const versions = (await steering.releases(image)).map(({ version }) => version)
  if (options.version !== undefined) checkVersion('VERSION', image, options.version, versions)
  const version = options.version ?? newestOf(versions, image)
  const trigger: Promotion = {
    kind: 'promote',
    image,
    version,
    time: options.at ?? now,
    reason: sentence(options.reason) || `promoted manually by ${user()}`,
    ...(options.emergency && { emergency: true }),
  }
  const standing = await steering.standing(image, version)
  const { known, release } = standing
  const campaign = campaignName(trigger)
  const isItself = standing.rollingOut.some((other) => other.campaign === campaign)
  const not = isItself ? undefined : reasonNotToPromote(fleet, trigger, standing)
  if (not !== undefined || !release)
    throw new Failed(`Nothing was promoted: ${not ?? `${image} has no release ${version}`}.`)
  const { last } = known.images[image] ?? {}
  const stable = stableOf(known, image)
  const plan: PromotionPlan = {
    campaign,
    release,
    ...(stable && { stable: stable.version }),
    ...(last && last.version !== version && { newest: last.version }),
    children: childrenOf(fleet, image),
    forecast: forecast(fleet, { trigger, known }, { definitions: {}, gone: new Set(), time: trigger.time }),
  }
  if (!json) print([...promotionLines(plan, fleet, printed()), ''])
  const wanted = { question: `Roll it out in ${placeOf(deployment)}?`, otherwise: 'Nothing was started.' }
  if (!(await isWanted(yes, terminal, wanted))) return
  await startAsPlanned(deployment, trigger, plan, json)
}

/** @throws Failed where no release of the image passed its checks */
function newestOf([newest]: readonly string[], image: string): string {
  if (newest === undefined) throw new Failed(`Nothing was promoted: no AMI of ${image} has passed its checks.`)
  return newest
}
