import { sorted } from '../../domain/messages/retirement.ts'
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
  const { deprecated, removed, used, waiting } = sorted(plan)
  const row = (release: Retiring, what: string, why: string) => [
    release.image,
    release.version,
    release.ami,
    minute(release.bakedAt),
    what,
    oneLine(why),
  ]
  const rows = [
    ...deprecated.map((each) => row(each, 'deprecate', each.reason)),
    ...removed.map((each) => row(each, 'remove', each.reason)),
    ...used.map((each) => row(each, 'remove where unused', usesText(plan.uses[usesKey(each)] ?? []))),
    ...waiting.map((each) => row(each, `from ${minute(each.removeAt ?? '')}`, each.reason)),
  ]
  if (rows.length === 0) return ['No release is old: nothing is deprecated, and nothing is removed.']
  const partly = used.length > 0 ? `, ${used.length} to remove where nothing uses them` : ''
  return [
    paint(
      'bold',
      `${count(deprecated.length, 'release')} to deprecate, ${removed.length} to remove${partly}, ${waiting.length} later.`,
    ),
    '',
    ...table(columns, rows, { paint, ...(width !== undefined && { width }) }),
    ...(plan.unread === undefined
      ? []
      : ['', `${paint('yellow', '!')} Nobody knows what is used in some places: ${oneLine(plan.unread)}`]),
    '',
    'What is deprecated can still be launched. What is removed is gone with its snapshots; what uses an AMI is asked again',
    'right before, and keeps it.',
    '',
  ]
}

/** What became of it. */
export function retiredLines({ status, withdrawals, problems }: RetirementNow, paint: Paint = unpainted): string[] {
  const amis = withdrawals.flatMap((each) => each.amis)
  const done = (action: string) => amis.filter((each) => each.action === action && isWithdrawn(each)).length
  const inUse = amis.filter(({ outcome }) => outcome === 'in-use').length
  const kept = inUse > 0 ? `, ${inUse} kept, as something uses them` : ''
  const what = `${count(done('deprecate'), 'AMI')} deprecated, ${done('remove')} removed${kept}`
  if (status === 'finished') return [`${paint('green', '✔')} ${what}.`]
  return [
    `${paint('red', '✖')} Not all of it is done: ${what}.`,
    ...problems.map((problem) => `  ${oneLine(problem)}`),
    '',
    'What is left is tried again by the next run.',
  ]
}
