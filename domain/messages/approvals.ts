import type { RingOrder } from '../planning/ring-order.ts'
import type { Trigger } from '../triggers.ts'
import type { Changes } from '../validation/changes.ts'
import { type Evidence, someOf } from '../validation/evidence.ts'
import { why } from './campaigns.ts'
import { attributes, lines, type Message, plural, subject, utc } from './message.ts'

export interface ApprovalFacts {
  campaign: string
  image: string
  version: string
  ami: string
  ring: Pick<
    RingOrder,
    'ring' | 'accounts' | 'organizationalUnits' | 'organization' | 'except' | 'regions' | 'mode'
  >
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
export function approvalRequested(facts: ApprovalFacts): Message {
  const { campaign, image, version, ami, trigger, approvers, until } = facts
  const { ring } = facts.ring
  const named = `${campaign} ${image} --ring ${ring}`
  return {
    subject: subject(`Approval needed: ${image} ${version} to ring ${ring}`),
    body: lines(
      `${image} ${version} (${ami}) waits for approval before it goes to ring ${ring}: ${reachOf(facts.ring)}.`,
      `Until ${utc(until)}; then it is rejected. No build instance is held meanwhile.`,
      '',
      'To approve or to reject it:',
      `  rebake approve ${named}`,
      `  rebake reject ${named} --reason TEXT`,
      'Who may:',
      approvers.map((approver) => `  ${approver}`),
      '',
      trigger && why(trigger),
      '',
      changeLines(facts.changes),
      '',
      evidenceLines(facts),
      '',
      `Campaign: ${campaign}`,
    ),
    attributes: attributes('approval-requested', 'warning', { campaign, image, ring }),
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

/** What is new, long lists cut short. */
function changeLines(changes: Changes | string): string[] {
  if (typeof changes === 'string') return [`What changed is not known: ${changes}`]
  const { previous, packages, findings, counts } = changes
  const told = [
    packages &&
      counted('packages', {
        added: packages.added,
        removed: packages.removed,
        'in another version': packages.upgraded.map(({ name, from, to }) => `${name} ${from} -> ${to}`),
      }),
    findings && counted('vulnerabilities', { fixed: findings.fixed, new: findings.new }),
  ].filter((line) => line !== undefined)
  const known = packages !== undefined || findings !== undefined
  const now = Object.entries(counts ?? {}).map(([severity, count]) => `${count} ${severity}`)
  return [
    previous
      ? `What changed since ${previous.version} (${previous.ami}):`
      : 'There is no release before it to compare with.',
    ...(previous && told.length === 0
      ? [known ? '  nothing that Image Builder knows of' : '  Image Builder does not know']
      : told),
    ...(counts ? [`Vulnerabilities in it: ${now.join(', ') || 'none'}.`] : []),
  ]
}

/** `  packages: 1 added (jq); 2 removed (curl, wget)`; undefined where there is nothing to say. */
function counted(what: string, lists: Record<string, string[]>): string | undefined {
  const some = Object.entries(lists).filter(([, names]) => names.length > 0)
  const parts = some.map(([how, names]) => `${names.length} ${how} (${someOf(names)})`)
  return parts.length > 0 ? `  ${what}: ${parts.join('; ')}` : undefined
}

function evidenceLines({ evidence, warnings }: ApprovalFacts): string[] {
  const checks = evidence.map(({ check, passed }) => `${check} ${passed ? 'passed' : 'did not pass'}`)
  return [
    `Checks: ${checks.join(', ') || 'it has none'}.`,
    ...warnings.slice(0, 10).map((warning) => `  ${warning}`),
    ...(warnings.length > 10 ? [`  and ${warnings.length - 10} more`] : []),
  ]
}
