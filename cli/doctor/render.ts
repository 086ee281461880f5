import type { Layout } from '../render/layout.ts'
import { count, list, oneLine, type Style, unpainted, wrap } from '../render/text.ts'
import { type DoctorResult, groups, type Outcome, worstOf } from './check.ts'
import type { Examined } from './examine.ts'

const looks: Record<Outcome, { icon: string; style: Style }> = {
  pass: { icon: '✔', style: 'green' },
  warning: { icon: '⚠', style: 'yellow' },
  unknown: { icon: '?', style: 'yellow' },
  fail: { icon: '✖', style: 'red' },
}

/** A line for each check, group by group; under what is not as it should be, what was found and how to fix it. */
export function examinedLines(
  examined: readonly Examined[],
  place: string,
  layout: Required<Layout> = { width: Number.POSITIVE_INFINITY, paint: unpainted },
): string[] {
  const { paint } = layout
  const parts = groups.flatMap((group) => {
    const some = examined.filter(({ check }) => check.group === group)
    return some.length > 0 ? [paint('bold', group), ...some.flatMap((each) => linesOf(each, layout)), ''] : []
  })
  return [...parts, ...wrap(verdict(examined, place, layout), layout.width, '  ')]
}

function linesOf({ check, outcome, findings }: Examined, { width, paint }: Required<Layout>): string[] {
  const { icon, style } = looks[outcome]
  const wrong = findings.filter((finding) => finding.outcome !== 'pass')
  const notes = wrong.length > 0 ? [] : findings.map(({ found }) => found).filter((note) => note !== '')
  const reported = notes.length > 0 ? `  ${paint('dim', oneLine(notes.join('; ')))}` : ''
  return [
    ...wrap(`  ${paint(style, icon)} ${check.name}${reported}`, width, '    '),
    ...wrong.flatMap((finding) => findingLines(finding, width)),
  ]
}

const findingLines = ({ found, fix }: DoctorResult, width: number) => [
  ...wrap(`    ${oneLine(found)}`, width),
  ...wrap(`    → ${oneLine(fix)}`, width, '      '),
]

function verdict(examined: readonly Examined[], place: string, { paint }: Required<Layout>): string {
  const of = (outcome: Outcome) => examined.filter((each) => each.outcome === outcome).length
  const [failed, unknown, warned] = [of('fail'), of('unknown'), of('warning')]
  const worst = worstOf(examined.map(({ outcome }) => outcome))
  const reported = [
    failed > 0 ? `${failed} failed` : '',
    unknown > 0 ? `${unknown} could not be looked at` : '',
    warned > 0 ? count(warned, 'warning') : '',
  ].filter((part) => part !== '')
  const outcome = reported.length === 0 ? 'all is sound' : list(reported)
  return `${paint(looks[worst].style, looks[worst].icon)} ${place}: ${count(examined.length, 'check')}, ${outcome}.`
}

const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']

/** What stands at the foot of a terminal meanwhile. */
export function lookingLine(
  { done, all, looking }: { done: number; all: number; looking: readonly string[] },
  tick: number,
  width: number,
): string {
  const line = `${spinner[tick % spinner.length]} ${done} of ${all} checks … ${looking.join(', ')}`
  return [...line].slice(0, width - 1).join('')
}
