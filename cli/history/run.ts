import { channelsOf } from '../../domain/releases/channels.ts'
import { everyImage } from '../../ledger/releases.ts'
import { type Deployment, deploymentOf } from '../deployment/deployment.ts'
import { enter } from '../deployment/enter.ts'
import { type Releases, releasesIn } from '../deployment/releases.ts'
import { loadFleet } from '../fleet.ts'
import { checkName } from '../options/names.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import type { HistoryOptions } from './command.ts'
import { type History, historyLines } from './render.ts'

const openReleases = async (deployment: Deployment): Promise<Releases> => {
  await enter(deployment, 'reads')
  return releasesIn(deployment)
}

/** Tells what became of an image: its releases, the newest first, and why it is not fresher. */
export async function history(options: HistoryOptions, open = openReleases): Promise<void> {
  const { image, limit, json } = options
  const fleet = loadFleet(options.fleet)
  const releases = await open(deploymentOf(fleet, options.endpointUrl))
  const known = await releases.known()
  checkName('history', 'image', image, everyImage(fleet, known))
  const state = known.images[image] ?? {}
  const all = await releases.of(image)
  const channels = channelsOf(state, all)
  const reported = await releases.tell(all.slice(0, limit))
  const made: History = {
    image,
    ...(state.held && { held: state.held }),
    ...(state.attempt?.failed !== undefined && { failed: state.attempt }),
    releases: reported.map((each) => ({ ...each, channels: channels.get(each.release.ami) ?? [] })),
    more: Math.max(0, all.length - limit),
  }
  if (json) printJson(made)
  else print(historyLines(made, printed()))
}
