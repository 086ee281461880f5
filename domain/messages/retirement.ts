import { type RetirementPlan, type Retiring, usesKey } from '../releases/retirement.ts'
import { usesText } from '../releases/usage.ts'
import { executionLink, linksTo } from './links.ts'
import { header, lines, type Message, plural, subject, utc } from './message.ts'

export interface RetirementFacts extends RetirementPlan {
  operation: string
  /** The execution's ARN. */
  execution: string
  by: string
  reason?: string | undefined
  /** Why it only reports, in words; undefined where it acts. */
  onlyReports: string | undefined
}

/** What a run of retirement is about to do, before anything of it is done. */
export function retirementReport(facts: RetirementFacts): Message {
  const { operation, execution, by, reason, onlyReports, releases, uses, unread } = facts
  const { deprecated, removed, used, waiting } = sorted(facts)
  const now = `${plural(deprecated.length, 'release')} to deprecate, ${removed.length} to remove`
  return {
    ...header('retirement-report', unread ? 'warning' : 'info', 'summary', { operation, stage: 'planned' }),
    about: {},
    links: linksTo({ Execution: executionLink(execution) }),
    facts: {
      operation,
      execution,
      by,
      reason: reason ?? null,
      onlyReports: onlyReports ?? null,
      releases,
      uses,
    },
    subject: subject(`Retirement${onlyReports ? ' (only a report)' : ''}: ${now}`),
    body: lines(
      onlyReports
        ? `Nothing is deprecated or removed now: ${onlyReports}. Otherwise this would be done:`
        : 'This is done now, in every account and region:',
      ...retirementLines({ deprecated, removed, used, waiting }, facts),
      unread && ['', `Nobody knows what is used in some places, and nothing is removed there: ${unread}`],
      '',
      `By: ${by}${reason ? `, because ${reason}` : ''}`,
      `Operation: ${operation}`,
    ),
  }
}

/** Releases by what becomes of them: what is used somewhere stays there. */
export function sorted({ releases, uses }: RetirementPlan) {
  const of = (action: Retiring['action']) => releases.filter((release) => release.action === action)
  const isUsed = (release: Retiring) => usesKey(release) in uses
  return {
    deprecated: of('deprecate'),
    removed: of('remove').filter((release) => !isUsed(release)),
    used: of('remove').filter(isUsed),
    waiting: of('wait'),
  }
}

/** Of each list; the ledger and `rebake retire` have all. */
const most = 50

function retirementLines(
  { deprecated, removed, used, waiting }: ReturnType<typeof sorted>,
  { uses }: RetirementPlan,
): (string[] | false)[] {
  const listed = (title: string, some: Retiring[], more: (release: Retiring) => string) =>
    some.length > 0 && [
      '',
      title,
      ...some.slice(0, most).map((release) => `  ${nameOf(release)}: ${more(release)}`),
      ...(some.length > most ? [`  and ${some.length - most} more`] : []),
    ]
  return [
    deprecated.length + removed.length + used.length + waiting.length === 0 && ['', '  nothing: no release is old'],
    listed(
      'Deprecated: launch templates and groups may go on using it, and nobody is offered it:',
      deprecated,
      reasonOf,
    ),
    listed('Removed, with its snapshots:', removed, reasonOf),
    listed('Old, and removed only where nothing uses it:', used, (release) => usesText(uses[usesKey(release)] ?? [])),
    listed('Removed later:', waiting, ({ removeAt = '' }) => `from ${utc(removeAt)} on`),
  ]
}

const nameOf = ({ image, version, ami }: Retiring) => `${image} ${version} (${ami})`
const reasonOf = ({ reason }: Retiring) => reason

/** What could not be done, account by account; the next run tries it again. */
export function retirementIncomplete(facts: { operation: string; execution: string; problems: string[] }): Message {
  const { operation, execution, problems } = facts
  return {
    ...header('retirement-report', 'error', 'summary', { operation, stage: 'incomplete' }),
    about: {},
    links: linksTo({ Execution: executionLink(execution) }),
    facts,
    subject: subject(`Retirement not done everywhere: ${plural(problems.length, 'problem')}`),
    body: lines(
      'Some AMIs are not deprecated or removed as they should be:',
      '',
      problems.map((problem) => `  ${problem}`),
      '',
      'What is in use, and what nobody can look into, stays. Fix what is said of each account: most often its role, by',
      'the target-account stack of this fleet. The next run tries again what is left.',
      '',
      `Operation: ${operation}`,
    ),
  }
}
