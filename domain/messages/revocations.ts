import { command } from '../command-text.ts'
import { usesText } from '../releases/usage.ts'
import type { Withdrawal } from '../releases/withdrawal.ts'
import { causeText, explain, type Failure } from './failures.ts'
import { executionLink, linksTo } from './links.ts'
import { header, lines, type Message, plural, subject } from './message.ts'

export interface RevokedFacts {
  operation: string
  execution: string
  image: string
  version: string
  reason: string
  /** The ARN of the person who asked for it. */
  by: string
  /** What was revoked, parents first. */
  releases: { image: string; version: string; ami: string }[]
  goBack: { image: string; to: string }[]
  stranded: string[]
  withdrawals: Withdrawal[]
  /** The campaign that bakes them again. */
  campaign: string | undefined
  problems: string[]
}

type StoppedFacts = Pick<RevokedFacts, 'image' | 'version' | 'by' | 'operation' | 'execution'> & {
  reason?: string
}

/** For everybody: the teams that launch from one of them must know. */
export function releaseRevoked(facts: RevokedFacts): Message {
  const { withdrawals, ...known } = facts
  const { image, version, releases, goBack, stranded, campaign, problems, operation, execution } = known
  const amis = withdrawals.flatMap(({ amis }) => amis)
  const disabled = amis.filter(({ outcome }) => outcome === 'done').length
  const inUse = amis.filter(({ outcome }) => outcome === 'in-use')
  return {
    ...header('release-revoked', problems.length > 0 ? 'error' : 'warning', 'summary', { operation, end: 'ended' }),
    about: { image, ...(campaign && { campaign }) },
    links: linksTo({ Execution: executionLink(execution) }),
    facts: { ...known, campaign: campaign ?? null, disabled, inUse: inUse.length },
    subject: subject(
      `Revoked: ${image} ${version}${releases.length > 1 ? ` and ${plural(releases.length - 1, 'descendant')}` : ''}`,
    ),
    body: lines(
      `${facts.by} has revoked ${plural(releases.length, 'release')}: ${facts.reason}.`,
      some(releases.map((release) => `${release.image} ${release.version} (${release.ami})`)),
      '',
      `${plural(disabled, 'AMI')} cannot be launched any more. What runs goes on running.`,
      goBack.length > 0 && [
        '',
        'Pointers are back at the last good release:',
        ...some(goBack.map((each) => `${each.image}: ${each.to}`)),
      ],
      stranded.length > 0 && [
        '',
        `There is no good release of ${stranded.join(', ')}: its parameters are deleted, in every account, and launches by them fail until it is baked again.`,
      ],
      inUse.length > 0 && [
        '',
        `In use, so not disabled (${command('revoke', 'IMAGE', 'VERSION', '--force', '--reason', 'TEXT')} does it); they are deprecated:`,
        ...some(inUse.map(({ ami, uses = [] }) => `${ami}: ${usesText(uses)}`)),
      ],
      problems.length > 0 && ['', 'Not done; the same command again goes on with it:', ...some(problems)],
      '',
      campaign
        ? `They are baked again by the campaign ${campaign}.`
        : 'Nothing is baked again: no image of the fleet is on them.',
      `Operation: ${operation}`,
    ),
  }
}

/** A revocation that died half-way: what it has revoked stays so. */
export function revocationStopped(
  { image, version, by, reason = '', operation, execution }: StoppedFacts,
  { error, cause }: Failure,
): Message {
  return {
    ...header('release-revoked', 'error', 'summary', { operation, end: 'stopped' }),
    about: { image },
    links: linksTo({ Execution: executionLink(execution) }),
    facts: { image, version, by, reason, operation, execution, failure: { error, cause } },
    subject: subject(`Stopped half-way: revocation of ${image} ${version}`),
    body: lines(
      `The revocation of ${image} ${version} has stopped. Nothing is baked from it and nothing points to it again, but pointers may`,
      'still have it, and its AMIs may not be disabled everywhere.',
      '',
      `Why: ${causeText(cause) || error}`,
      `What to do: ${explain(error).todo} Then give the same command again: it goes on with what is left.`,
      `Images that were going back are held (${command('status')} has them): ${command('resume', 'IMAGE')} once all is done.`,
      '',
      `By: ${by}`,
      `Operation: ${operation}`,
    ),
  }
}

/** As much of a list as somebody reads. */
function some(all: readonly string[]): string[] {
  const more = all.length - most
  const shown = all.slice(0, most).map((each) => `  ${each}`)
  return more > 0 ? [...shown, `  and ${more} more: the record of the operation in the ledger has them`] : shown
}

const most = 25
