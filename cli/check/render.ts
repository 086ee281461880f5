import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, oneLine, unpainted, wrap } from '../render/text.ts'
import type { Compared } from './api.ts'

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
  return [
    ...wrap(verdict(compared, place, paint), width, '  '),
    '',
    ...table(columns, rows, { width, paint }),
    ...(fates.length > 0 ? ['', ...fates] : []),
    ...(problems.length > 0 ? ['', ...problems] : []),
  ]
}

function verdict(compared: readonly Compared[], place: string, paint: NonNullable<Layout['paint']>): string {
  const wrong = compared.filter(({ problems }) => problems.length > 0).length
  const all = count(compared.length, 'image')
  return wrong === 0
    ? `${paint('green', '✔')} ${place}: all is as the fleet expects, for ${all}.`
    : `${paint('red', '✖')} ${place}: ${wrong} of ${all} ${wrong === 1 ? 'is' : 'are'} not as the fleet expects.`
}
