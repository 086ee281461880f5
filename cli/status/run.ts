import { setTimeout as sleep } from 'node:timers/promises'
import { type Deployment, deploymentOf, placeOf } from '../deployment/deployment.ts'
import { enter } from '../deployment/enter.ts'
import { loadFleet } from '../fleet.ts'
import type { Failed } from '../problems.ts'
import { followDisplay } from '../rehearse/display.ts'
import { canRedraw, print, printed, printJson } from '../terminal/output.ts'
import { type Status, statusIn } from './api.ts'
import { type CampaignStatus, campaignStatus, isFinished, progressOf, wentWrong } from './campaign-status.ts'
import { changes } from './changes.ts'
import type { StatusOptions } from './command.ts'
import { follow, type Look } from './follow.ts'
import { type State, statusLines } from './render.ts'

/** The edges of the command. */
export interface StatusDeps {
  open: (deployment: Deployment) => Promise<Status>
  pause: (milliseconds: number) => Promise<unknown>
  /** Whether somebody watches, and it can be drawn for them. */
  isWatched: () => boolean
}

const liveDeps = (): StatusDeps => ({
  open: async (deployment) => {
    await enter(deployment, 'reads')
    return statusIn(deployment)
  },
  pause: sleep,
  isWatched: () => canRedraw(process.stdout),
})

/** Shows what is going on, or follows it until it is over; then the exit code says how the campaign that was asked for ended. */
export async function status(options: StatusOptions, { open, pause, isWatched } = liveDeps()): Promise<void> {
  const { campaign, json = false } = options
  const fleet = loadFleet(options.fleet)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const source = await open(deployment)
  const read = async (name: string) => campaignStatus(fleet, await source.campaign(name), source.now())
  const follows = options.follow ?? (isWatched() && !json)
  const look = campaign === undefined ? readOpen(source, read) : lookAt(source, read, campaign)
  const last = follows ? await watch({ look, pause }, deployment, json) : await look()
  if (campaign !== undefined && last.campaigns.some((each) => isFinished(each) && wentWrong(each))) process.exitCode = 1
  // Every change of it was reported: there is nothing to add.
  if (follows && json) return
  const state = await stateOf(source, read, last, campaign)
  if (json) printJson(state)
  else print(statusLines(state, placeOf(deployment), printed()))
}

type Read = (campaign: string) => Promise<CampaignStatus>

const lookAt = (source: Status, read: Read, campaign: string) => async (): Promise<Look> => {
  const campaigns = [await read(campaign)]
  return { now: source.now(), campaigns }
}

/** The open campaigns; those that were open at the last check are reported once more, as they ended. */
function readOpen(source: Status, read: Read) {
  let before: string[] = []
  return async (): Promise<Look> => {
    const open = await source.open()
    const campaigns: CampaignStatus[] = []
    for (const name of new Set([...before, ...open])) campaigns.push(await read(name))
    before = campaigns.filter((each) => !isFinished(each)).map(({ campaign }) => campaign)
    return { now: source.now(), campaigns }
  }
}

/** Follows it to its end; answers with every campaign that it saw, as it was last. */
async function watch(
  { look, pause }: { look: () => Promise<Look>; pause: StatusDeps['pause'] },
  deployment: Deployment,
  json: boolean,
): Promise<Look> {
  const heading = {
    title: `Following ${deployment.fleet.name}`,
    clock: deployment.endpoint === undefined ? 'UTC' : 'virtual',
  }
  const display = json ? undefined : followDisplay(heading)
  const changed = changes()
  const seen = new Map<string, CampaignStatus>()
  const show = (now: Look) => {
    for (const each of now.campaigns) {
      seen.set(each.campaign, each)
      display?.progress(progressOf(each, now.now))
    }
    if (json) for (const change of changed(now)) print([JSON.stringify(change)])
  }
  const lost = ({ message }: Failed, seconds: number) =>
    console.error(`${message}\nLooking again in ${seconds} seconds.`)
  try {
    // A rehearsal has no time to lose: what it jumps over nobody sees.
    const { now } = await follow({
      look,
      show,
      lost,
      pause,
      every: deployment.endpoint === undefined ? 2_000 : 200,
    })
    return { now, campaigns: [...seen.values()] }
  } finally {
    display?.close()
  }
}

async function stateOf(source: Status, read: Read, last: Look, campaign: string | undefined): Promise<State> {
  const standing = await source.standing()
  const ended = campaign === undefined ? await source.ended() : undefined
  const isShown = last.campaigns.some((each) => each.campaign === ended)
  const newest = ended === undefined || isShown ? undefined : await read(ended)
  const concerned = <T extends { campaign: string }>(all: T[]) =>
    all.filter((each) => each.campaign === (campaign ?? each.campaign))
  return {
    ...last,
    now: source.now(),
    ...(newest && { ended: newest }),
    ...standing,
    approvals: concerned(standing.approvals),
  }
}
