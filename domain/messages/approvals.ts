import { command, commandLine } from '../command-text.ts'
import type { RingOrder } from '../planning/ring-order.ts'
import type { Trigger } from '../triggers.ts'
import type { Changes } from '../validation/changes.ts'
import type { Evidence } from '../validation/evidence.ts'
import { why } from './campaigns.ts'
import { changeLines } from './changes.ts'
import { executionLink, linksTo } from './links.ts'
import { duration, header, type Level, lines, type Message, more, plural, subject, utc } from './message.ts'

export interface ApprovalFacts {
  campaign: string
  image: string
  /** The ARN of the rebake's execution. */
  execution: string
  version: string
  ami: string
  ring: Pick<RingOrder, 'ring' | 'accounts' | 'organizationalUnits' | 'organization' | 'except' | 'regions' | 'mode'>
  /** Undefined where the ledger has lost it. */
  trigger: Trigger | undefined
  /** What is new in it; in words, where that could not be found out. */
  changes: Changes | string
  evidence: Evidence[]
  warnings: string[]
  approvers: string[]
  /** ISO 8601. */
  until: string
}

/** Somebody must decide: everything to decide by, and how. */
export function approvalRequested(facts: ApprovalFacts, level: Level): Message {
  const { campaign, image, version, ami, trigger, approvers, until } = facts
  const { ring } = facts.ring
  const named = [campaign, image, '--ring', ring]
  return {
    ...header('approval-requested', 'warning', level.level, facts),
    about: { campaign, image, ring },
    links: linksTo({ Execution: executionLink(facts.execution) }),
    facts: { ...facts },
    subject: subject(`Approval needed: ${image} ${version} to ring ${ring}`),
    body: lines(
      `${image} ${version} (${ami}) waits for approval before it goes to ring ${ring}: ${reachOf(facts.ring)}.`,
      `Until ${utc(until)}; then it is rejected. No build instance is held meanwhile.`,
      '',
      'To approve or to reject it:',
      `  ${commandLine('approve', ...named)}`,
      `  ${commandLine('reject', ...named, '--reason', 'TEXT')}`,
      'Who may:',
      approvers.map((approver) => `  ${approver}`),
      more(
        level,
        `Other images of this campaign that wait for ring ${ring} are not reported one by one: ${command('approve')} lists them, and ${command('approve', campaign)} answers for all.`,
      ),
      '',
      trigger && why(trigger),
      '',
      changeLines(facts.changes),
      '',
      evidenceLines(facts),
      '',
      `Campaign: ${campaign}`,
    ),
  }
}

/** `2 accounts in 3 regions (us-west-2, us-east-1, eu-west-1)` */
function reachOf(ring: ApprovalFacts['ring']): string {
  const { accounts, organizationalUnits: units, organization, except, regions, mode } = ring
  const all = organization ?? (units.length > 0 ? units.join(', ') : undefined)
  const who = [
    ...(accounts.length > 0 ? [plural(accounts.length, 'account')] : []),
    ...(all ? [`all accounts of ${all}${except.length > 0 ? ` but ${except.length}` : ''}`] : []),
  ].join(' and ')
  const how = mode === 'share' ? ', which may launch it and own no copy' : ''
  return `${who} in ${plural(regions.length, 'region')} (${regions.join(', ')})${how}`
}

function evidenceLines({ evidence, warnings }: ApprovalFacts): string[] {
  const checks = evidence.map(({ check, passed }) => `${check} ${passed ? 'passed' : 'did not pass'}`)
  return [
    `Checks: ${checks.join(', ') || 'it has none'}.`,
    ...warnings.slice(0, 10).map((warning) => `  ${warning}`),
    ...(warnings.length > 10 ? [`  and ${warnings.length - 10} more`] : []),
  ]
}

export interface ReminderFacts {
  /** ISO 8601. */
  time: string
  waiting: { campaign: string; image: string; ring: string; until: string; approvers: string[] }[]
}

/** Approvals that nobody has given, and that will soon be over: one message for all of them. */
export function approvalsEndSoon({ time, waiting }: ReminderFacts): Message {
  const [first] = waiting
  const left = (until: string) => duration((Date.parse(until) - Date.parse(time)) / 1000)
  const only = waiting.length === 1 ? first : undefined
  return {
    ...header('approval-reminder', 'warning', 'summary', { waiting }),
    about: only ? { campaign: only.campaign, image: only.image, ring: only.ring } : {},
    links: [],
    facts: { waiting },
    subject: subject(
      only
        ? `Approval soon over: ${only.image} to ring ${only.ring}`
        : `Approval soon over: ${plural(waiting.length, 'image')}`,
    ),
    body: lines(
      'Nobody has approved this yet, and in the end that is a rejection:',
      waiting.map(
        ({ campaign, image, ring, until }) =>
          `  ${image} to ring ${ring}, in ${left(until)} (${utc(until)}): ${command('approve', campaign, image, '--ring', ring)}`,
      ),
      '',
      'Who may:',
      [...new Set(waiting.flatMap(({ approvers }) => approvers))].map((approver) => `  ${approver}`),
    ),
  }
}
