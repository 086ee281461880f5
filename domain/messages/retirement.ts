import { type Leftover, leftoverKinds } from '../releases/leftovers.ts'
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
  const { operation, execution, by, reason, onlyReports, releases, bakes, leftovers, uses, unread } = facts
  const { deprecated, removed, failed } = sorted(facts)
  const more = failed.removed.length > 0 ? `, ${plural(failed.removed.length, 'failed bake')} to remove` : ''
  const now = `${plural(deprecated.length, 'release')} to deprecate, ${removed.length} to remove${more}`
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
      bakes,
      leftovers,
      uses,
    },
    subject: subject(`Retirement${onlyReports ? ' (only a report)' : ''}: ${now}`),
    body: lines(
      onlyReports
        ? `Nothing is deprecated or removed now: ${onlyReports}. Otherwise this would be done:`
        : 'This is done now, in every account and region:',
      ...retirementLines(facts),
      unread && ['', `Nobody knows what is used in some places, and nothing is removed there: ${unread}`],
      '',
      `By: ${by}${reason ? `, because ${reason}` : ''}`,
      `Operation: ${operation}`,
    ),
  }
}

/** Releases and bakes by what becomes of them: what is used somewhere stays there. */
export function sorted({ releases, bakes, uses }: Pick<RetirementPlan, 'releases' | 'bakes' | 'uses'>) {
  const isUsed = (retiring: Retiring) => usesKey(retiring) in uses
  const by = (all: readonly Retiring[]) => {
    const of = (action: Retiring['action']) => all.filter((retiring) => retiring.action === action)
    return {
      deprecated: of('deprecate'),
      removed: of('remove').filter((retiring) => !isUsed(retiring)),
      used: of('remove').filter(isUsed),
      waiting: of('wait'),
    }
  }
  return { ...by(releases), failed: by(bakes) }
}

/** Of each list; the ledger and `rebake retire` have all. */
const most = 50

function retirementLines(plan: RetirementPlan): (string[] | false)[] {
  const { deprecated, removed, used, waiting, failed } = sorted(plan)
  const { leftovers, uses } = plan
  const listedAs = <T>(title: string, some: T[], line: (each: T) => string) =>
    some.length > 0 && [
      '',
      title,
      ...some.slice(0, most).map((each) => `  ${line(each)}`),
      ...(some.length > most ? [`  and ${some.length - most} more`] : []),
    ]
  const listed = (title: string, some: Retiring[], more: (release: Retiring) => string) =>
    listedAs(title, some, (release) => `${nameOf(release)}: ${more(release)}`)
  return [
    plan.releases.length + plan.bakes.length + leftovers.length === 0 && ['', '  nothing: no release is old'],
    listed(
      'Deprecated: launch templates and groups may go on using it, and nobody is offered it:',
      deprecated,
      reasonOf,
    ),
    listed('Removed, with its snapshots, and with what Image Builder keeps of it:', removed, reasonOf),
    listed('Failed bakes, removed with all that they left:', failed.removed, reasonOf),
    listed('Old or failed, and removed only where nothing uses it:', [...used, ...failed.used], (retiring) =>
      usesText(uses[usesKey(retiring)] ?? []),
    ),
    listedAs('Removed, as nothing needs it any more:', leftovers, leftoverText),
    listed('Removed later:', [...waiting, ...failed.waiting], ({ removeAt = '' }) => `from ${utc(removeAt)} on`),
  ]
}

/** `the distribution configuration golden-web-all, of web` */
export const leftoverText = ({ kind, arn, image }: Leftover): string =>
  `the ${leftoverKinds[kind]} ${arn.split('/').slice(1).join('/')}, of ${image}`

const nameOf = ({ image, version, ami }: Retiring) => `${image} ${version} (${ami || 'no AMI'})`
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
      'Some AMIs, or what Image Builder keeps of them, are not deprecated or removed as they should be:',
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
