import type { Target } from '../planning/order.ts'
import { causeText, explain } from './failures.ts'
import { duration, lines, type Message, plural, type Severity, subject } from './message.ts'

export interface Failure {
  error: string
  cause: string
}

const attributes = (kind: string, severity: Severity, more: Record<string, string>) => ({
  kind,
  severity,
  ...more,
})

export function upstreamRefused(facts: {
  ami: string
  account: string
  region: string
  reason: string
}): Message {
  return {
    subject: subject(`Refused: ${facts.ami} from account ${facts.account} is no release`),
    body: lines(
      `An event said that ${facts.ami} is available in account ${facts.account}, ${facts.region}.`,
      `Rebake did not believe it: ${facts.reason}.`,
      '',
      'No image was rebaked. If this AMI is meant to be a release, mend what is said above (or the upstream in',
      'fleet.yaml) and start its campaign by hand (README, "By hand"). If it is not, ask that account why it sends this.',
    ),
    attributes: attributes('upstream-refused', 'warning', { ami: facts.ami }),
  }
}

export interface PlannedFacts {
  campaign: string
  upstream: string
  ami: string
  amiName: string
  bakes: { image: string; parent: string; startsAfterSeconds: number; finishedAfterSeconds: number }[]
  left: number
}

export function campaignPlanned(facts: PlannedFacts): Message {
  const last = Math.max(...facts.bakes.map(({ finishedAfterSeconds }) => finishedAfterSeconds))
  return {
    subject: subject(`Planned: ${plural(facts.bakes.length, 'image')} to rebake on ${facts.upstream}`),
    body: lines(
      `${facts.upstream} released ${facts.ami} (${facts.amiName}).`,
      `${plural(facts.bakes.length, 'image')} will be rebaked; the last is through its rings in about ${duration(last)}:`,
      '',
      facts.bakes.map(
        ({ image, parent, startsAfterSeconds }) =>
          `  ${image} (on ${parent}), from about +${duration(startsAfterSeconds)}`,
      ),
      facts.left > 0 && [
        '',
        `${plural(facts.left, 'other image')} of the fleet ${facts.left === 1 ? 'does' : 'do'} not descend from it.`,
      ],
      '',
      `Campaign: ${facts.campaign}`,
    ),
    attributes: attributes('campaign-planned', 'info', {
      campaign: facts.campaign,
      upstream: facts.upstream,
    }),
  }
}

export interface ReleasedFacts {
  campaign: string
  image: string
  version: string
  ami: string
  parentAmi: string
  rings: { ring: string; parameter: string; published: (Target & { ami: string })[] }[]
}

export function imageReleased(facts: ReleasedFacts): Message {
  return {
    subject: subject(`Released: ${facts.image} ${facts.version}`),
    body: lines(
      `${facts.image} ${facts.version} is through its last ring.`,
      `It is ${facts.ami} in the build account, baked on ${facts.parentAmi}.`,
      facts.rings.flatMap(({ ring, parameter, published }) => [
        '',
        `Ring ${ring}, in the parameter ${parameter}:`,
        ...published.map(({ account, region, ami }) => `  ${account} ${region}: ${ami}`),
      ]),
      '',
      'New launches that read the parameter get it from now on.',
      `Campaign: ${facts.campaign}`,
    ),
    attributes: attributes('image-released', 'info', { campaign: facts.campaign, image: facts.image }),
  }
}

export interface FailedFacts {
  campaign: string
  image: string
  execution: string
  imageArn: string | null
  failure: Failure
  /** Descendants that are not rebaked because of it. */
  skipped: string[]
}

export function imageFailed(facts: FailedFacts): Message {
  const { what, todo } = explain(facts.failure.error)
  return {
    subject: subject(`Failed: ${facts.image} was not released`),
    body: lines(
      `${facts.image} was not released: ${what}.`,
      '',
      `Why: ${causeText(facts.failure.cause) || facts.failure.error}`,
      `What to do: ${todo}`,
      facts.skipped.length > 0
        ? `Not rebaked because of it: ${facts.skipped.join(', ')}. Until then, each keeps its last release, as does ${facts.image}.`
        : `${facts.image} keeps its last release. No other image is held up.`,
      'To rebake it when that is mended: the next release does, or a campaign by hand (README, "By hand").',
      '',
      facts.imageArn ? `Image: ${facts.imageArn}` : undefined,
      `Execution: ${facts.execution}`,
      `Campaign: ${facts.campaign}`,
    ),
    attributes: attributes('image-failed', 'error', {
      campaign: facts.campaign,
      image: facts.image,
      error: facts.failure.error,
    }),
  }
}

export interface FinishedFacts {
  campaign: string
  upstream: string
  ami: string
  seconds: number
  images: { image: string; status: string; reason: string; ami: string | null }[]
  failure?: Failure | undefined
}

/** One sentence: `5 released, 1 failed (payments-api), 2 skipped (orders-api, web-frontend).` */
export function outcome(images: FinishedFacts['images']): string {
  const named = (status: string) =>
    images.filter((image) => image.status === status).map(({ image }) => image)
  const parts = ['released', 'failed', 'skipped', 'aborted'].flatMap((status) => {
    const names = named(status)
    if (names.length === 0) return []
    return [
      status === 'released' ? `${names.length} released` : `${names.length} ${status} (${names.join(', ')})`,
    ]
  })
  return `${parts.join(', ') || 'nothing was rebaked'}.`
}

export function campaignFinished(facts: FinishedFacts): Message {
  const bad = facts.failure !== undefined || facts.images.some(({ status }) => status !== 'released')
  const width = Math.max(0, ...facts.images.map(({ image }) => image.length))
  return {
    subject: subject(`${bad ? 'Finished with failures' : 'Finished'}: ${facts.campaign}`),
    body: lines(
      facts.failure &&
        `Rebake itself failed in this campaign: ${facts.failure.error}: ${causeText(facts.failure.cause)}. ${explain(facts.failure.error).todo}`,
      `${facts.upstream} ${facts.ami}: ${outcome(facts.images)} It took ${duration(facts.seconds)}.`,
      '',
      facts.images.map(
        ({ image, status, ami, reason }) =>
          `  ${image.padEnd(width)}  ${status === 'released' ? `released ${ami}` : `${status}: ${reason}`}`,
      ),
      '',
      `Campaign: ${facts.campaign}`,
    ),
    attributes: attributes('campaign-finished', bad ? 'error' : 'info', {
      campaign: facts.campaign,
      upstream: facts.upstream,
    }),
  }
}
