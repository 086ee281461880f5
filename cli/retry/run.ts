import { type Retry, retryOf } from '../../domain/planning/retry.ts'
import { deploymentOf } from '../deployment/deployment.ts'
import { type Steering, steeringOf } from '../deployment/steering.ts'
import { loadFleet } from '../fleet.ts'
import { checkName } from '../options/names.ts'
import { Failed } from '../problems.ts'
import { promote } from '../promote/run.ts'
import { oneLine } from '../render/text.ts'
import { startByHand } from '../start/run.ts'
import { type ChangeDeps as Changes, changeDeps, requireAnswerable } from '../terminal/confirm-change.ts'
import { print } from '../terminal/output.ts'
import type { RetryOptions } from './command.ts'

/** The edges of the command: what it comes to has its own. */
export interface RetryDeps extends Pick<Changes<Pick<Steering, 'known' | 'image'>>, 'open' | 'canAsk'> {
  start: typeof startByHand
  promote: typeof promote
}

const liveDeps = (): RetryDeps => ({ ...changeDeps(steeringOf), start: startByHand, promote })

/**
 * Says what failed last of an image and why, and does it again: a bake with all that descends from it, or a roll-out.
 *
 * @throws Failed where nothing failed
 */
export async function retry(options: RetryOptions, { open, ...commands }: RetryDeps = liveDeps()): Promise<void> {
  const { image, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  checkName('IMAGE', 'image', image, Object.keys(fleet.images))
  requireAnswerable({ yes, json }, commands)
  const steering = await open(deploymentOf(fleet, options.endpointUrl))
  const known = await steering.known()
  const { campaign } = known.images[image]?.last ?? {}
  const outcome = campaign === undefined ? undefined : await steering.image(campaign, image)
  const found = retryOf(fleet, known, image, outcome)
  if ('not' in found) throw new Failed(`Nothing was started: ${found.not}.`)
  if (!json) print([failureLine(image, found), ''])
  const reason = options.reason ?? `again, after campaign ${found.campaign}: ${found.why}`
  if (found.again === 'bake') return commands.start({ ...options, image: [image], reason })
  return commands.promote({ ...options, version: found.version, reason })
}

function failureLine(image: string, { campaign, why, ...found }: Exclude<Retry, { not: string }>): string {
  const what = found.again === 'bake' ? `The last bake of ${image}` : `The roll-out of ${image} ${found.version}`
  return `${what} failed in campaign ${campaign}: ${oneLine(why)}.`
}
