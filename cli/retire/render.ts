import { leftoverText, sorted } from '../../domain/messages/retirement.ts'
import { type RetirementPlan, type Retiring, usesKey } from '../../domain/releases/retirement.ts'
import { usesText } from '../../domain/releases/usage.ts'
import { isWithdrawn } from '../../domain/releases/withdrawal.ts'
import { minute } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, oneLine, type Paint, unpainted } from '../render/text.ts'
import type { RetirementNow } from './api.ts'

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'VERSION' },
  { title: 'AMI' },
  { title: 'BAKED (UTC)' },
  { title: 'WHAT' },
  { title: 'WHY', shrinks: true },
]

/** What a run of retirement would do. */
export function retirementLines(plan: RetirementPlan, { width, paint = unpainted }: Layout = {}): string[] {
  const { deprecated, removed, used, waiting, failed } = sorted(plan)
  const row = (release: Retiring, what: string, why: string) => [
    release.image,
    release.version,
    release.ami || '-',
    minute(release.bakedAt),
    what,
    oneLine(why),
  ]
  const whereUnused = (each: Parameters<typeof row>[0]) =>
    row(each, 'remove where unused', usesText(plan.uses[usesKey(each)] ?? []))
  const fromThen = (each: Parameters<typeof row>[0]) => row(each, `from ${minute(each.removeAt ?? '')}`, each.reason)
  const rows = [
    ...deprecated.map((each) => row(each, 'deprecate', each.reason)),
    ...removed.map((each) => row(each, 'remove', each.reason)),
    ...failed.removed.map((each) => row(each, 'remove', each.reason)),
    ...used.map(whereUnused),
    ...failed.used.map(whereUnused),
    ...waiting.map(fromThen),
    ...failed.waiting.map(fromThen),
  ]
  if (rows.length + plan.leftovers.length === 0)
    return [
      'No release is old, and nothing is left of a bake that failed: nothing is deprecated, and nothing is removed.',
    ]
  const unsure = used.length + failed.used.length
  const partly = unsure > 0 ? `, ${unsure} to remove where nothing uses them` : ''
  const bakes = failed.removed.length > 0 ? `, ${count(failed.removed.length, 'failed bake')} to remove` : ''
  const later = waiting.length + failed.waiting.length
  return [
    paint(
      'bold',
      `${count(deprecated.length, 'release')} to deprecate, ${removed.length} to remove${bakes}${partly}, ${later} later.`,
    ),
    ...(rows.length > 0 ? ['', ...table(columns, rows, { paint, ...(width !== undefined && { width }) })] : []),
    ...(plan.leftovers.length > 0
      ? ['', 'Removed, as nothing needs it any more:', ...plan.leftovers.map((each) => `  ${leftoverText(each)}`)]
      : []),
    ...(plan.unread === undefined
      ? []
      : ['', `${paint('yellow', '!')} Nobody knows what is used in some places: ${oneLine(plan.unread)}`]),
    '',
    'What is deprecated can still be launched. What is removed is gone with its snapshots and with what Image Builder',
    'keeps of it; what uses an AMI is asked again right before, and keeps it.',
    '',
  ]
}

/** What became of it. */
export function retiredLines(
  { status, withdrawals, leftovers, problems }: RetirementNow,
  paint: Paint = unpainted,
): string[] {
  const amis = withdrawals.flatMap((each) => each.amis)
  const done = (action: string) => amis.filter((each) => each.action === action && isWithdrawn(each)).length
  const inUse = amis.filter(({ outcome }) => outcome === 'in-use').length
  const kept = inUse > 0 ? `, ${inUse} kept, as something uses them` : ''
  const gone = leftovers.filter(isWithdrawn).length
  const more = gone > 0 ? `, and ${count(gone, 'resource')} of Image Builder` : ''
  const what = `${count(done('deprecate'), 'AMI')} deprecated, ${done('remove')} removed${more}${kept}`
  if (status === 'finished') return [`${paint('green', '✔')} ${what}.`]
  return [
    `${paint('red', '✖')} Not all of it is done: ${what}.`,
    ...problems.map((problem) => `  ${oneLine(problem)}`),
    '',
    'What is left is tried again by the next run.',
  ]
}
