import { readFileSync } from 'node:fs'
import type { Examined } from '../doctor/examine.ts'
import { loadJudged } from '../fleet.ts'
import { clock } from '../options/parsers.ts'
import { headline } from '../render/headline.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import type { CheckOptions } from './command.ts'
import { comparedLines, preflightLines } from './render.ts'
import { fleetLines } from './render-fleet.ts'
import { todoLines, todosIn } from './todos.ts'
import { warningLines } from './warnings.ts'

/**
 * Says what a fleet is, as JSON with every default filled in; the exit code is 1 if AWS was looked at and something there stops
 * a deploy or a campaign.
 */
export async function check(options: CheckOptions): Promise<void> {
  const { fleet: file, at = clock(), aws, endpointUrl, json = false } = options
  const { fleet, warnings } = loadJudged(file)
  const todos = todosIn(readFileSync(file, 'utf8'))
  if (!json)
    print([
      headline(fleet, file),
      ...fleetLines(fleet, file, at, printed()),
      ...warningLines(warnings, printed()),
      ...todoLines(todos, file, printed()),
    ])
  if (!aws && endpointUrl === undefined) {
    if (json) printJson({ fleet, todos, warnings })
    return
  }
  // The SDK takes a moment to load: not before it is needed.
  const { checkAccount, deploymentOf, placeOf } = await import('../deployment/deployment.ts')
  const deployment = deploymentOf(fleet, endpointUrl)
  await checkAccount(deployment)
  const { lookAtAws } = await import('./aws.ts')
  const { compared, others, preflight } = await lookAtAws(deployment)
  const place = placeOf(deployment)
  const examined = preflight.map(reportedOf)
  if (json) printJson({ fleet, todos, warnings, compared, others, preflight: examined })
  else {
    const lines = comparedLines(compared, `${place.charAt(0).toUpperCase()}${place.slice(1)}`, others, printed())
    print(['', ...lines, '', ...preflightLines(preflight, printed())])
  }
  const stops =
    compared.some(({ problems }) => problems.length > 0) || preflight.some(({ outcome }) => outcome === 'fail')
  if (stops) process.exitCode = 1
}

function reportedOf({ check, outcome, findings }: Examined) {
  const { group, name } = check
  return { group, name, outcome, findings }
}
