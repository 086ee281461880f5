import { loadFleet } from '../fleet.ts'
import { clock } from '../options/parsers.ts'
import { headline } from '../render/headline.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import type { CheckOptions } from './command.ts'
import { comparedLines } from './render.ts'
import { fleetLines } from './render-fleet.ts'

/**
 * Says what a fleet is, as JSON with every default filled in; the exit code is 1 if AWS was looked at and is not as the
 * fleet expects.
 */
export async function check(options: CheckOptions): Promise<void> {
  const { fleet: file, at = clock(), aws, endpointUrl, json = false } = options
  const fleet = loadFleet(file)
  if (!json) print([headline(fleet, file), ...fleetLines(fleet, file, at, printed())])
  if (!aws && endpointUrl === undefined) {
    if (json) printJson({ fleet })
    return
  }
  // The SDK takes a moment to load: not before it is needed.
  const { checkAccount, deploymentOf, placeOf } = await import('../deployment/deployment.ts')
  const { compare } = await import('./api.ts')
  const deployment = deploymentOf(fleet, endpointUrl)
  await checkAccount(deployment)
  const compared = await compare(deployment)
  const place = placeOf(deployment)
  if (json) printJson({ fleet, compared })
  else print(['', ...comparedLines(compared, `${place.charAt(0).toUpperCase()}${place.slice(1)}`, printed())])
  if (compared.some(({ problems }) => problems.length > 0)) process.exitCode = 1
}
