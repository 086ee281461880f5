import type { Started } from '../aws/start.ts'
import { type Paint, unpainted } from './text.ts'

/** What was started, and where to watch it. Links and commands stand on lines of their own, to be copied. */
export function startedLines(
  { campaign, executionArn, wasBefore, console: link }: Started,
  { region, endpoint }: { region: string; endpoint: string | undefined },
  paint: Paint = unpainted,
): string[] {
  const name = paint('bold', campaign)
  const aws = `aws ${endpoint === undefined ? '' : `--endpoint-url ${endpoint} `}--region ${region}`
  return [
    wasBefore
      ? `${paint('yellow', '!')} The campaign ${name} was started before. Nothing was started now.`
      : `${paint('green', '✔')} Started the campaign ${name}.`,
    ...(link === undefined ? [] : ['', 'Its console page:', '', `  ${paint('cyan', link)}`]),
    '',
    'To follow it from here:',
    '',
    `  ${aws} stepfunctions describe-execution --execution-arn ${executionArn}`,
    '',
    'Whoever is told of campaigns is told of this one.',
  ]
}
