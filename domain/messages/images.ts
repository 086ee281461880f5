import { command } from '../command-text.ts'
import type { Target } from '../planning/ring-order.ts'
import type { Changes } from '../validation/changes.ts'
import { changeLines } from './changes.ts'
import { causeText, explain, type Failure, mayHaveLog, todoFor } from './failures.ts'
import { executionLink, imagesLink, linksTo, logLink } from './links.ts'
import { header, type Level, lines, type Message, more, plural, subject } from './message.ts'

export interface StaleFacts {
  image: string
  parentAmi: string
  tries: number
  /** Why the last attempt failed. */
  reason: string
  campaign: string
}

export function imageStale(facts: StaleFacts, level: Level): Message {
  const { image, parentAmi, tries, reason, campaign } = facts
  return {
    ...header('image-stale', 'error', level.level, facts),
    about: { campaign, image },
    links: [],
    facts: { ...facts },
    subject: subject(`Given up: ${image} is not what the fleet says`),
    body: lines(
      `${image} was tried ${tries} times on ${parentAmi}, and failed each time. Nobody tries again by themselves.`,
      '',
      `Why, the last time: ${reason}`,
      `What to do: fix it and deploy, which rebakes it, or: ${command('start', '--image', image)}.`,
      'Until then it keeps its last release. The next release of its parent rebakes it too.',
      more(
        level,
        `Other images that are given up are not reported one by one; ${command('plan', '--drift', '--live')} has them.`,
      ),
      '',
      `Campaign: ${campaign}`,
    ),
  }
}

export interface WarnedFacts {
  campaign: string
  image: string
  ami: string
  warnings: string[]
}

/** It goes on; somebody should look before it no longer does. */
export function imageWarned(facts: WarnedFacts, level: Level): Message {
  const { campaign, image, ami, warnings } = facts
  return {
    ...header('image-warned', 'warning', level.level, facts),
    about: { campaign, image },
    links: [],
    facts: { ...facts },
    subject: subject(`Warning: ${plural(warnings.length, 'finding')} in ${image}`),
    body: lines(
      `${image} goes on as ${ami}, and its checks warn:`,
      '',
      warnings.map((warning) => `  ${warning}`),
      '',
      'An advisory check does not stop it. A waiver that ends will: renew it in fleet.yaml, or fix what it is for.',
      more(level, 'Warnings of other images of this campaign are not reported one by one: the ledger has them.'),
      `Campaign: ${campaign}`,
    ),
  }
}

export interface ReleasedFacts {
  campaign: string
  image: string
  version: string
  ami: string
  imageArn: string
  execution: string
  parentAmi: string
  /** What its recipe has installed, in order, with versions where they are known. */
  components: string[]
  /** What is new in it; in words, where that could not be found out. */
  changes: Changes | string
  rings: { ring: string; parameter: string; published: (Target & { ami: string })[] }[]
}

/** Release notes. */
export function imageReleased(facts: ReleasedFacts): Message {
  const { campaign, image, version, ami, imageArn, execution, parentAmi, components } = facts
  return {
    ...header('image-released', 'info', 'detail', facts),
    about: { campaign, image },
    links: linksTo({ Execution: executionLink(execution), 'Build log': logLink(imageArn) }),
    facts: { ...facts },
    subject: subject(`Released: ${image} ${version}`),
    body: lines(
      `${image} ${version} is through its last ring.`,
      `It is ${ami} in the build account, baked on ${parentAmi}.`,
      '',
      changeLines(facts.changes),
      components.length > 0 && `Components: ${components.join(', ')}.`,
      facts.rings.flatMap(({ ring, parameter, published }) => [
        '',
        `Ring ${ring}, in the parameter ${parameter}:`,
        ...published.map(({ account, region, ami }) => `  ${account} ${region}: ${ami}`),
      ]),
      '',
      'New launches that read the parameter get it from now on.',
      `Campaign: ${campaign}`,
    ),
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

export function imageFailed(facts: FailedFacts, level: Level): Message {
  const { campaign, image, execution, imageArn, failure } = facts
  const { what } = explain(failure.error)
  return {
    ...header('image-failed', 'error', level.level, facts),
    about: { campaign, image },
    links: linksTo({
      Execution: executionLink(execution),
      ...(imageArn && mayHaveLog(failure) && { 'Build log': logLink(imageArn) }),
      ...(imageArn && { Images: imagesLink(imageArn) }),
    }),
    facts: { ...facts },
    subject: subject(`Failed: ${facts.image} was not released`),
    body: lines(
      `${facts.image} was not released: ${what}.`,
      '',
      `Why: ${causeText(failure.cause) || failure.error}`,
      `What to do: ${todoFor(failure)}`,
      facts.skipped.length > 0
        ? `Not rebaked because of it: ${facts.skipped.join(', ')}. Until then, each keeps its last release, as does ${facts.image}.`
        : `${facts.image} keeps its last release. No other image is held up.`,
      `To take it up again when that is fixed: ${command('retry', facts.image)}.`,
      more(level, 'Further failures of this campaign are reported when it has finished, and not one by one before.'),
      '',
      imageArn !== null && `Image: ${imageArn}`,
      `Campaign: ${campaign}`,
    ),
  }
}
