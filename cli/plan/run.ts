import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { Live } from '../deployment/live.ts'
import { loadFleet, readComponent } from '../fleet.ts'
import { clock } from '../options/parsers.ts'
import { headline } from '../render/headline.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { causeOf, checkAsked } from '../triggers/asked.ts'
import { changesBetween, fleetAt, isChange } from './base.ts'
import type { PlanOptions } from './command.ts'
import { forecastOf } from './forecast.ts'
import { planLines } from './render.ts'
import { changeLines } from './render-change.ts'

// The SDK takes a moment to load: not before it is known that it is needed.
const openLazily = async (fleet: Fleet, endpointUrl: string | undefined): Promise<Live> => {
  const { deploymentOf } = await import('../deployment/deployment.ts')
  const { enter } = await import('../deployment/enter.ts')
  const { openLive } = await import('../deployment/live.ts')
  const deployment = deploymentOf(fleet, endpointUrl)
  await enter(deployment, 'reads')
  return openLive(deployment)
}

/** Says what a trigger would do; with --live, as the functions would decide it now. */
export async function plan(options: PlanOptions, now = clock(), open = openLazily): Promise<void> {
  const asksLedger = options.live || options.endpointUrl !== undefined
  checkAsked(options, asksLedger)
  const fleet = loadFleet(options.fleet)
  const definitions = imageFingerprints(fleet, readComponent(options.fleet))
  if (options.base !== undefined) {
    const change = changesBetween(
      options.base,
      fleetAt(options.fleet, options.base),
      { fleet, definitions },
      options.at ?? now,
    )
    if (options.json) printJson(change)
    else print([headline(fleet, options.fleet), ...changeLines(change, printed())])
    if (options.exitCode && isChange(change)) process.exitCode = 3
    return
  }
  const live = asksLedger ? await open(fleet, options.endpointUrl) : undefined
  const cause = await causeOf(options, { fleet, definitions, live, now })
  if ('nothing' in cause) {
    if (options.json) printJson({ trigger: null, ...cause })
    else print(cause.nothing)
    return
  }
  const made = await forecastOf(fleet, cause, { definitions, live })
  if (options.json) printJson(made)
  else print(planLines(made, printed()))
  if (options.exitCode && made.images.some(({ decision }) => decision === 'bake')) process.exitCode = 3
}
