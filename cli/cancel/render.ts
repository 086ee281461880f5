import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, type Paint, unpainted, wrap } from '../render/text.ts'
import { inProse } from '../typed.ts'
import type { Cancellation } from './cancellation.ts'

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'STATUS' },
  { title: 'VERSION' },
  { title: 'PUBLISHED IN', shrinks: true },
]

/** What is under way, what of it ends, and what stays. */
export function cancellationLines(
  { campaign, title, image, waiting, returns, underWay, notStarted, over }: Cancellation,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const rows = underWay.map(({ image, status, version = '', rings }) => [image, status, version, rings.join(', ')])
  const released = over.filter(({ status }) => status === 'released').length
  const stays = underWay.some(({ rings }) => rings.length > 0) || (image === undefined && released > 0)
  const head = `${paint('bold', image ?? campaign)}${image === undefined ? `, ${oneLine(title)}` : ` in campaign ${campaign}`}`
  const lines = [
    `${head}: ${underWay.length > 0 ? `${count(underWay.length, 'image')} under way` : 'nothing has begun'}.`,
    ...(waiting
      ? [`It waits until ${waiting.until}:`, ...waiting.reasons.map((reason) => `  ${oneLine(reason)}`)]
      : []),
  ]
  const more = [
    ...(notStarted.length > 0 ? [`Not begun, and will not: ${list(notStarted)}.`] : []),
    ...(image === undefined && over.length > 0
      ? [`Through already: ${list(over.map(({ image, status }) => `${image} (${status})`))}.`]
      : []),
    ...(stays ? [`What is published stays where it is: ${inProse('rollback', 'IMAGE')} is the way back.`] : []),
    ...(returns
      ? [
          'The regular look at all images starts again what is not as the fleet says. To stay on an older AMI of an ' +
            `upstream: ${inProse('start', '--upstream', 'NAME', '--ami', 'AMI')}.`,
        ]
      : []),
  ]
  return [
    ...lines.flatMap((line) => wrap(line, width)),
    ...(rows.length > 0 ? ['', ...table(columns, rows, { width, paint })] : []),
    ...(more.length > 0 ? ['', ...more.flatMap((line) => wrap(line, width))] : []),
  ]
}

export function cancelledLines({ campaign, image, underWay }: Cancellation, paint: Paint = unpainted): string[] {
  const what = image === undefined ? campaign : `${image} in campaign ${campaign}`
  return [
    `${paint('green', '✔')} Cancelled ${paint('bold', what)}: ${count(underWay.length, 'image')} stopped.`,
    `It is recorded, and everybody who gets messages about campaigns is notified, within a minute. ${inProse('retry', 'IMAGE')} takes an image up again.`,
  ]
}

/** A repeat. */
export const endedLine = (campaign: string, image: string | undefined, status: string): string =>
  `${image === undefined ? `Campaign ${campaign}` : `${image} in campaign ${campaign}`} has ended: ${status}. Nothing was cancelled now.`
