import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import type { ManualTrigger } from '../../domain/triggers.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { type Live, openLive } from '../deployment/live.ts'
import { loadFleet, readComponent } from '../fleet.ts'
import { type Forecast, forecastOf } from '../plan/forecast.ts'
import { planLines } from '../plan/render.ts'
import { Failed } from '../problems.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed } from '../terminal/output.ts'
import { byHand, causeByHand } from '../triggers/by-hand.ts'
import type { StartOptions } from './command.ts'
import { startAsPlanned } from './start-as-planned.ts'

/** The edges of the command, and what it asks of a deployment. */
export type StartDeps = Changes<Live>

const liveDeps = (): StartDeps => changeDeps(openLive)

/** Shows what a campaign of a person would do, asks, and starts it; the exit code is 1 if it was not to be. */
export async function startByHand(options: StartOptions, { now, open, ...terminal } = liveDeps()): Promise<void> {
  const { json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  const trigger = byHand(fleet, options, options.at ?? now)
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const live = await open(deployment)
  const definitions = imageFingerprints(fleet, readComponent(options.fleet))
  const plan = await forecastOf(fleet, await causeByHand(trigger, live), { definitions, live })
  if (!json) print([...planLines(plan, printed()), ''])
  checkBakes(plan, trigger)
  const wanted = { question: `Start it in ${placeOf(deployment)}?`, otherwise: 'Nothing was started.' }
  if (!(await isWanted(yes, terminal, wanted))) return
  await startAsPlanned(deployment, trigger, plan, json)
}

/** @throws Failed when nothing would come of it */
function checkBakes({ images }: Forecast, { images: asked, upstream }: ManualTrigger): void {
  if (images.some(({ decision }) => decision === 'bake')) return
  const why = images
    .filter(({ image, parent }) => asked?.includes(image) ?? parent === upstream)
    .map(({ image, reason }) => `\n  ${image}: ${reason}`)
  throw new Failed(`Nothing would be baked, so nothing was started.${why.join('')}`)
}
