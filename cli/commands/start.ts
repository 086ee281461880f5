import { definitionsOf } from '../../domain/fleet/definition.ts'
import type { ManualTrigger } from '../../domain/triggers.ts'
import { checkAccount, type Deployment, deploymentOf, placeOf } from '../aws/deployment.ts'
import { type Live, openLive } from '../aws/live.ts'
import { start } from '../aws/start.ts'
import { loadFleet, readComponent } from '../fleet.ts'
import { type Forecast, forecastOf } from '../forecast.ts'
import { clock } from '../options.ts'
import { BadInput, Failed } from '../problems.ts'
import { planLines } from '../render/plan.ts'
import { startedLines } from '../render/start.ts'
import { painterFor } from '../render/text.ts'
import { canAsk, confirm } from '../terminal/ask.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { type ByHand, byHand, causeByHand } from '../triggers/by-hand.ts'

export interface StartOptions extends ByHand {
  fleet: string
  endpointUrl?: string
  /** ISO 8601: its time, and so its name. */
  at?: string
  yes?: boolean
  json?: boolean
}

/** The edges of the command. */
export interface Edges {
  now: string
  open: (deployment: Deployment) => Promise<Live>
  canAsk: () => boolean
  confirm: (question: string) => Promise<boolean>
}

const edges = (): Edges => ({
  now: clock(),
  open: async (deployment) => {
    await checkAccount(deployment)
    return openLive(deployment)
  },
  canAsk,
  confirm,
})

/** Shows what a campaign of a person would do, asks, and starts it; the exit code is 1 if it was not to be. */
export async function startByHand(
  options: StartOptions,
  { now, open, ...terminal } = edges(),
): Promise<void> {
  const { json = false, yes = false } = options
  const fleet = loadFleet(options.fleet)
  const trigger = byHand(fleet, options, options.at ?? now)
  if (!yes && (json || !terminal.canAsk()))
    throw new BadInput('Nobody can be asked whether to go on: say so beforehand with --yes.')
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const live = await open(deployment)
  const definitions = definitionsOf(fleet, readComponent(options.fleet))
  const plan = await forecastOf(fleet, await causeByHand(trigger, live), { definitions, live })
  if (!json) print([...planLines(plan, printed()), ''])
  checkBakes(plan, trigger)
  if (!yes && !(await terminal.confirm(`Start it in ${placeOf(deployment)}?`))) {
    print(['Nothing was started.'])
    process.exitCode = 1
    return
  }
  const started = await start(deployment, trigger)
  if (json) printJson({ ...started, plan })
  else {
    const { endpoint } = deployment
    print(startedLines(started, { region: fleet.build.region, endpoint }, painterFor(process.stdout)))
  }
}

/** @throws Failed when nothing would come of it */
function checkBakes({ images }: Forecast, { images: asked, upstream }: ManualTrigger): void {
  if (images.some(({ decision }) => decision === 'bake')) return
  const why = images
    .filter(({ image, parent }) => asked?.includes(image) ?? parent === upstream)
    .map(({ image, reason }) => `\n  ${image}: ${reason}`)
  throw new Failed(`Nothing would be baked, so nothing was started.${why.join('')}`)
}
