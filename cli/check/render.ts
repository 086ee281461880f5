import type { Outcome } from '../doctor/check.ts'
import type { Examined } from '../doctor/examine.ts'
import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, unpainted, wrap } from '../render/text.ts'
import type { Compared, OtherPipelines } from './api.ts'
import { uncheckedText } from './findings.ts'

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'PIPELINE', shrinks: true },
  { title: 'PARENT', shrinks: true },
  { title: 'CHANGED' },
]

/** What there is of a fleet in AWS, what a rebake does with what it has adopted, and what is not as it should be. */
export function comparedLines(
  compared: readonly Compared[],
  place: string,
  others: OtherPipelines,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const rows = compared.map(({ image, adopted, pipeline, parent, changed }) => [
    image,
    adopted ? `${pipeline} (adopted)` : pipeline,
    oneLine(parent),
    changed.slice(0, 10),
  ])
  const lines = (icon: string, image: string, text: string) =>
    wrap(`${icon} ${paint('bold', image)}: ${oneLine(text)}`, width, '  ')
  const fates = compared.flatMap(({ image, rebake }) => (rebake ? lines('·', image, rebake) : []))
  const problems = compared.flatMap(({ image, problems }) =>
    problems.flatMap((problem) => lines(paint('red', '✖'), image, problem)),
  )
  const warnings = compared.flatMap(({ image, warnings, unchecked }) =>
    [...warnings, ...unchecked.map(uncheckedText)].flatMap((warning) => lines(paint('yellow', '⚠'), image, warning)),
  )
  const strangers =
    'needs' in others
      ? [uncheckedText({ what: 'which pipelines the account has beside those of the fleet', needs: others.needs })]
      : [
          ...(others.names.length === 0
            ? []
            : [
                `${count(others.names.length, 'pipeline')} of the account ${others.names.length === 1 ? 'is' : 'are'} not in the fleet: ${list(others.names)}.`,
              ]),
          ...deletedText(others),
        ]
  const parts = [fates, problems, warnings, strangers.flatMap((text) => wrap(`· ${oneLine(text)}`, width, '  '))]
  return [
    ...wrap(verdict(compared, place, paint), width, '  '),
    '',
    ...table(columns, rows, { width, paint }),
    ...parts.flatMap((part) => (part.length > 0 ? ['', ...part] : [])),
  ]
}

/** What a deploy deletes, as the file of the fleet no longer names it. */
export const deletedText = (others: OtherPipelines): string[] =>
  'needs' in others || others.deleted.length === 0
    ? []
    : [
        `The next deploy deletes ${count(others.deleted.length, 'pipeline')} whose images are not in the fleet's file: ${list(others.deleted)}.`,
      ]

/** What else a deploy and a campaign need of the account: what is not as it must be, with what to do. */
export function preflightLines(
  examined: readonly Examined[],
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const found = examined.flatMap(({ check, findings }) =>
    findings.filter(({ outcome }) => outcome !== 'pass').map((finding) => ({ ...finding, name: check.name })),
  )
  const stopping = examined.filter(({ outcome }) => outcome === 'fail').length
  const icon = (outcome: Outcome) => (outcome === 'fail' ? paint('red', '✖') : paint('yellow', '⚠'))
  const all = count(examined.length, 'check')
  const headline =
    stopping > 0
      ? `${paint('red', '✖')} ${stopping} of ${all} of the account would stop a deploy or a campaign.`
      : `${paint('green', '✔')} ${all} of the account: nothing was found that stops a deploy or a campaign.`
  return [
    ...wrap(headline, width, '  '),
    ...found.flatMap(({ name, outcome, found: text, fix }) =>
      wrap(`${icon(outcome)} ${paint('bold', name)}: ${oneLine(`${text} → ${fix}`)}`, width, '  '),
    ),
  ]
}

function verdict(compared: readonly Compared[], place: string, paint: NonNullable<Layout['paint']>): string {
  const wrong = compared.filter(({ problems }) => problems.length > 0).length
  const unseen = compared.filter(({ unchecked }) => unchecked.length > 0).length
  const all = count(compared.length, 'image')
  if (wrong === 0 && unseen > 0)
    return `${paint('yellow', '⚠')} ${place}: nothing was found that is not as the fleet expects, and of ${unseen} of ${all} not all could be checked.`
  return wrong === 0
    ? `${paint('green', '✔')} ${place}: all is as the fleet expects, for ${all}.`
    : `${paint('red', '✖')} ${place}: ${wrong} of ${all} ${wrong === 1 ? 'is' : 'are'} not as the fleet expects.`
}
