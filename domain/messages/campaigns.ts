import { command } from '../command-text.ts'
import { hasFailed, type ImageStatus, imageStatuses, isFinished } from '../image-status.ts'
import type { RefusalCode } from '../planning/refusals.ts'
import { baseOf, detailsOf, rolledOutBy, titleOf } from '../trigger-kinds.ts'
import type { Trigger } from '../triggers.ts'
import { causeText, explain, type Failure } from './failures.ts'
import { executionLink, linksTo } from './links.ts'
import { type About, duration, header, lines, type Message, plural, subject, utc } from './message.ts'

export interface RefusedFacts {
  /** Or what is known of it: the parameter or the image that names it. */
  ami: string
  /** The event's id, where no AMI is known. */
  event?: string
  /** Who tells of it. */
  account: string
  region: string
  /** The upstream that it is refused for, where that is one. */
  upstream?: string
  code: RefusalCode
  /** The same in words. */
  reason: string
}

export function upstreamRefused(facts: RefusedFacts): Message {
  return {
    ...header('upstream-refused', 'warning', 'summary', facts),
    about: {},
    links: [],
    facts: { ...facts },
    subject: subject(`Refused: ${facts.ami} from account ${facts.account}`),
    body: lines(
      `Account ${facts.account}, ${facts.region}, tells of a release: ${facts.ami}.`,
      `Rebake did not take it: ${facts.reason}.`,
      '',
      'No image was rebaked. If this AMI is meant to be a release, fix what is said above (or the upstream in',
      `fleet.yaml) and start its campaign: ${command('start', '--upstream', 'NAME', '--ami', 'AMI')}.`,
      'If it is not, ask that account why it sends this.',
    ),
  }
}

export interface PlannedFacts {
  campaign: string
  /** The ARN of the campaign's execution. */
  execution: string
  trigger: Trigger
  bakes: { image: string; parent: string; startsAfterSeconds: number; finishedAfterSeconds: number }[]
  left: number
}

function ofCampaign(campaign: string, trigger: Trigger | undefined): About {
  const upstream = trigger && baseOf(trigger).upstream
  return upstream === undefined ? { campaign } : { campaign, upstream }
}

/** What set a campaign off: the reason, and the name of the AMI where there is one. */
export function why(trigger: Trigger): string {
  const { amiName } = baseOf(trigger)
  return lines(
    trigger.emergency && 'EMERGENCY: no freeze and no window holds it up.',
    amiName === undefined ? `Why: ${trigger.reason}.` : `${trigger.reason} (${amiName}).`,
    detailsOf(trigger),
  )
}

export function campaignPlanned(facts: PlannedFacts): Message {
  const rolledOut = rolledOutBy(facts.trigger)
  const last = Math.max(...facts.bakes.map(({ finishedAfterSeconds }) => finishedAfterSeconds))
  return {
    ...header('campaign-planned', 'info', 'summary', facts),
    about: ofCampaign(facts.campaign, facts.trigger),
    links: linksTo({ Execution: executionLink(facts.execution) }),
    facts: { ...facts },
    subject: subject(
      rolledOut
        ? `Planned: ${rolledOut.image} ${rolledOut.version} is rolled out again`
        : `Planned: ${plural(facts.bakes.length, 'image')} to rebake: ${titleOf(facts.trigger)}`,
    ),
    body: lines(
      why(facts.trigger),
      rolledOut
        ? `${rolledOut.image} ${rolledOut.version}, which has passed its checks, is rolled out again; nothing is baked. It is through its rings in about ${duration(last)}.`
        : [
            `${plural(facts.bakes.length, 'image')} will be rebaked; the last is through its rings in about ${duration(last)}:`,
            '',
            ...facts.bakes.map(
              ({ image, parent, startsAfterSeconds }) =>
                `  ${image} (on ${parent}), from about +${duration(startsAfterSeconds)}`,
            ),
          ],
      !rolledOut &&
        facts.left > 0 && [
          '',
          `${plural(facts.left, 'other image')} of the fleet ${facts.left === 1 ? 'is' : 'are'} left; the ledger has the reason for each.`,
        ],
      '',
      `Campaign: ${facts.campaign}`,
    ),
  }
}

export interface WaitingFacts {
  campaign: string
  /** Where not the whole campaign waits: the first image that does, and the ring that it waits for. */
  image?: string | undefined
  ring?: string | undefined
  trigger?: Trigger | undefined
  /** ISO 8601. */
  until: string
  reasons: string[]
}

export function campaignWaiting(facts: WaitingFacts): Message {
  const { campaign, image, ring, trigger, until, reasons } = facts
  const what = image === undefined ? 'The campaign' : ring ? `${image}, on its way to ring ${ring},` : image
  return {
    ...header('campaign-waiting', 'info', 'summary', facts),
    about: { ...ofCampaign(campaign, trigger), ...(image && { image }), ...(ring && { ring }) },
    links: [],
    facts: { ...facts },
    subject: subject(`Waiting until ${utc(until)}: ${image ?? (trigger ? titleOf(trigger) : campaign)}`),
    body: lines(
      trigger && why(trigger),
      `${what} waits until ${utc(until)}, and then goes on by itself:`,
      reasons.map((reason) => `  ${reason}`),
      image !== undefined && 'Other images of this campaign that wait until then are not reported one by one.',
      '',
      `What cannot wait: ${command('start', '--image', 'IMAGE', '--emergency')} passes freezes and windows.`,
      `Campaign: ${campaign}`,
    ),
  }
}

export interface FinishedFacts {
  campaign: string
  /** The ARN of the campaign's execution; undefined where the campaign failed before it was planned. */
  execution: string | undefined
  /** Undefined where the campaign failed before it was planned. */
  trigger: Trigger | undefined
  seconds: number
  images: { image: string; status: ImageStatus; reason: string; ami: string | null }[]
  /** Why nothing was baked, where nothing was. */
  left: string[]
  failure?: Failure | undefined
}

/** One sentence: `5 released, 1 failed (payments-api), 2 skipped (orders-api, web-frontend).` */
export function outcome(images: FinishedFacts['images']): string {
  const parts = Object.keys(imageStatuses).flatMap((status) => {
    const names = images.filter((image) => image.status === status && isFinished(image)).map(({ image }) => image)
    if (names.length === 0) return []
    return [status === 'released' ? `${names.length} released` : `${names.length} ${status} (${names.join(', ')})`]
  })
  return `${parts.join(', ') || 'nothing was rebaked'}.`
}

const endOf = (failure: Failure | undefined, bad: boolean): string =>
  failure?.error === 'Cancelled' ? 'Cancelled' : bad ? 'Finished with failures' : 'Finished'

const failureText = ({ error, cause }: Failure): string =>
  error === 'Cancelled'
    ? `It was ${causeText(cause)}. What was published before stays where it is: ${command('rollback', 'IMAGE')} takes it back.`
    : `Rebake itself failed in this campaign: ${error}: ${causeText(cause)}. ${explain(error).todo}`

export function campaignFinished(facts: FinishedFacts): Message {
  const bad = facts.failure !== undefined || facts.images.some((image) => hasFailed(image) || !isFinished(image))
  const title = facts.trigger ? titleOf(facts.trigger) : 'an unknown trigger'
  const width = Math.max(0, ...facts.images.map(({ image }) => image.length))
  return {
    ...header('campaign-finished', bad ? 'error' : 'info', 'summary', facts),
    about: ofCampaign(facts.campaign, facts.trigger),
    links: linksTo({ Execution: facts.execution && executionLink(facts.execution) }),
    facts: { ...facts },
    subject: subject(`${endOf(facts.failure, bad)}: ${facts.campaign}`),
    body: lines(
      facts.failure && failureText(facts.failure),
      `${title}: ${outcome(facts.images)} It took ${duration(facts.seconds)}.`,
      facts.images.length === 0 && facts.left.length > 0 && facts.left,
      '',
      facts.images.map(
        ({ image, status, ami, reason }) =>
          `  ${image.padEnd(width)}  ${status === 'released' ? `released ${ami}` : `${status}: ${reason}`}`,
      ),
      '',
      `Campaign: ${facts.campaign}`,
    ),
  }
}
