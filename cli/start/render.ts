import { type Paint, unpainted } from '../render/text.ts'
import { typed } from '../typed.ts'
import type { Started } from './api.ts'

/** What was started, and where to watch it. Links and commands stand on lines of their own, to be copied. */
export function startedLines(
  { campaign, wasBefore, console: link }: Started,
  endpoint: string | undefined,
  paint: Paint = unpainted,
): string[] {
  const name = paint('bold', campaign)
  const there = endpoint === undefined ? '' : ` --endpoint-url ${endpoint}`
  return [
    wasBefore
      ? `${paint('yellow', '!')} The campaign ${name} was started before. Nothing was started now.`
      : `${paint('green', '✔')} Started the campaign ${name}.`,
    ...(link === undefined ? [] : ['', 'Its console page:', '', `  ${paint('cyan', link)}`]),
    '',
    'To follow it from here:',
    '',
    `  ${typed('status', campaign)}${there}`,
    '',
    'Everybody who gets messages about campaigns gets one about this.',
  ]
}
