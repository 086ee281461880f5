import type { Target } from '../planning/ring-order.ts'
import { causeText, explain, type Failure } from './failures.ts'
import { attributes, lines, type Message, plural, subject } from './message.ts'

export interface StaleFacts {
  image: string
  parentAmi: string
  tries: number
  /** Why the last attempt failed. */
  reason: string
  campaign: string
}

export function imageStale(facts: StaleFacts): Message {
  const { image, parentAmi, tries, reason, campaign } = facts
  return {
    subject: subject(`Given up: ${image} is not what the fleet says`),
    body: lines(
      `${image} was tried ${tries} times on ${parentAmi}, and failed each time. Nobody tries again by themselves.`,
      '',
      `Why, the last time: ${reason}`,
      `What to do: mend it and deploy, which rebakes it, or: rebake start --image ${image}.`,
      'Until then it keeps its last release. The next release of its parent rebakes it too.',
      '',
      `Campaign: ${campaign}`,
    ),
    attributes: attributes('image-stale', 'error', { campaign, image }),
  }
}

export interface WarnedFacts {
  campaign: string
  image: string
  ami: string
  warnings: string[]
}

/** It goes on; somebody should look before it no longer does. */
export function imageWarned({ campaign, image, ami, warnings }: WarnedFacts): Message {
  return {
    subject: subject(`Warning: ${plural(warnings.length, 'finding')} in ${image}`),
    body: lines(
      `${image} goes on as ${ami}, and its checks warn:`,
      '',
      warnings.map((warning) => `  ${warning}`),
      '',
      'What is advisory does not stop it. A waiver that ends will: renew it in fleet.yaml, or mend what it is for.',
      `Campaign: ${campaign}`,
    ),
    attributes: attributes('image-warned', 'warning', { campaign, image }),
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
      `To rebake it when that is mended: rebake start --image ${facts.image}.`,
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
