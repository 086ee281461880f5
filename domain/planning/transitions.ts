import { campaignName } from '../trigger-kinds.ts'
import type { UpstreamRelease } from '../triggers.ts'
import {
  type Attempt,
  type FleetState,
  type ImageState,
  isMadeOf,
  type UpstreamState,
  withImage,
} from './fleet-state.ts'

/** How what the ledger knows changes: one function for each thing that happens. Each may be repeated. */

/** A release was believed: what is baked next is baked from it. */
export function recordUpstreamRelease(known: FleetState, release: UpstreamRelease, created: string): FleetState {
  const { upstream, ami, amiName, time } = release
  const campaign = campaignName(release)
  const now = {
    ami,
    amiName,
    since: time,
    newest: { ami, created },
    campaign,
    started: false,
    open: true,
  }
  return { ...known, upstreams: { ...known.upstreams, [upstream]: now } }
}

/** The campaign of an upstream's newest release was started. */
export function recordCampaignStarted(known: FleetState, upstream: string, campaign: string): FleetState {
  const before = known.upstreams[upstream]
  if (before?.campaign !== campaign || before.started) return known
  return { ...known, upstreams: { ...known.upstreams, [upstream]: { ...before, started: true } } }
}

/**
 * A person chose what an upstream's images are baked from, older than the newest perhaps. A choice that had to wait
 * does not take back what was released since.
 */
export function recordChosenAmi(
  known: FleetState,
  { upstream, ami, amiName, time }: Pick<UpstreamRelease, 'upstream' | 'ami' | 'amiName' | 'time'>,
  created: string,
): FleetState {
  const before = known.upstreams[upstream]
  if (before && before.since > time) return known
  const newest = before && before.newest.created > created ? before.newest : { ami, created }
  const now = { started: true, ...before, ami, amiName, since: time, newest }
  return { ...known, upstreams: { ...known.upstreams, [upstream]: now } }
}

/** A campaign was planned: it is to bake these images, those at the roots from a known AMI. */
export function recordPlan(
  known: FleetState,
  { campaign, number, emergency }: { campaign: string; number: number; emergency?: boolean | undefined },
  bakes: { image: string; parentAmi?: string | undefined }[],
): FleetState {
  const after = { ...closedUpstreams(known, campaign), campaigns: Math.max(known.campaigns, number) }
  return bakes.reduce(
    (all, { image, parentAmi }) =>
      withImage(all, image, ({ pending = [], ...before }) => ({
        ...before,
        pending: [
          ...pending.filter((other) => other.campaign !== campaign),
          { campaign, number, ...(emergency && { emergency }), ...(parentAmi && { parentAmi }) },
        ].sort((a, b) => a.number - b.number),
      })),
    after,
  )
}

/** A campaign has ended: whatever it was still to do, it will not. */
export function recordCampaignClosed(known: FleetState, campaign: string): FleetState {
  const images = Object.keys(known.images).filter((image) =>
    known.images[image]?.pending?.some((pending) => pending.campaign === campaign),
  )
  return images.reduce((now, image) => removePending(now, image, campaign), closedUpstreams(known, campaign))
}

function closedUpstreams(known: FleetState, campaign: string): FleetState {
  const upstreams = Object.entries(known.upstreams)
  if (!upstreams.some(([, upstream]) => upstream.campaign === campaign && upstream.open)) return known
  const close = ({ open, ...upstream }: UpstreamState) =>
    upstream.campaign === campaign ? upstream : { ...upstream, ...(open && { open }) }
  return { ...known, upstreams: Object.fromEntries(upstreams.map(([name, each]) => [name, close(each)])) }
}

type Begun = Omit<Attempt, 'tries'>

/** A bake was begun. The same again, in another campaign, is another try. */
export const recordBakeStarted = (known: FleetState, image: string, bake: Begun): FleetState =>
  withImage(known, image, ({ attempt: before, ...rest }) => {
    if (before?.campaign === bake.campaign) return { ...rest, attempt: before }
    const tries = isMadeOf(before, bake) && before.failed !== undefined ? before.tries + 1 : 1
    return { ...rest, attempt: { ...bake, tries } }
  })

/** A bake passed its checks: children bake from it. */
export const recordCandidate = (known: FleetState, image: string, last: NonNullable<ImageState['last']>): FleetState =>
  withImage(removePending(known, image, last.campaign), image, (before) => ({ ...before, last }))

/** It is through its last ring. */
export const recordReleased = (
  known: FleetState,
  image: string,
  release: NonNullable<ImageState['released']>,
): FleetState => withImage(known, image, (before) => ({ ...before, released: release }))

/**
 * A person rolled out a release in place of the newest: children bake from it. What the newest was made of stays, so
 * that nobody takes the image for one that lags behind and bakes it again.
 *
 * @param newest the campaign whose bake it takes the place of; one that has passed since stays
 */
export const recordPromotion = (
  known: FleetState,
  image: string,
  { newest, ...release }: { ami: string; version: string; newest: string | undefined },
): FleetState =>
  withImage(known, image, ({ last, ...before }) => ({
    ...before,
    ...(last && { last: last.campaign === newest ? { ...last, ...release } : last }),
  }))

/** A campaign is through with an image, whichever way. */
export const removePending = (known: FleetState, image: string, campaign: string): FleetState =>
  withImage(known, image, ({ pending = [], ...before }) => {
    const others = pending.filter((other) => other.campaign !== campaign)
    return { ...before, ...(others.length > 0 && { pending: others }) }
  })

/**
 * A bake failed: recorded even where it was not begun, so that nobody tries for ever; not where another campaign's has
 * begun since, which is what was tried last.
 */
export function recordBakeFailed(
  known: FleetState,
  image: string,
  { failed, failedAt, givenUp, ...bake }: Begun & { failed: string; failedAt: string },
): FleetState {
  const after = removePending(known, image, bake.campaign)
  const last = known.images[image]?.attempt
  if (last && last.campaign !== bake.campaign && last.at > bake.at) return after
  return withImage(recordBakeStarted(after, image, bake), image, ({ attempt, ...before }) => ({
    ...before,
    ...(attempt && { attempt: { ...attempt, failed, failedAt, ...(givenUp && { givenUp }) } }),
  }))
}

/** People know that nobody tries again. */
export const recordGivenUp = (known: FleetState, image: string): FleetState =>
  withImage(known, image, (before) => ({
    ...before,
    ...(before.attempt && { attempt: { ...before.attempt, givenUp: true } }),
  }))

/** A rebake for vulnerabilities was started, or has to wait since the last was not long ago. */
export const recordFindings = (known: FleetState, image: string, cve: NonNullable<ImageState['cve']>): FleetState =>
  withImage(known, image, (before) => ({ ...before, cve }))
