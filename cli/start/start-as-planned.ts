import type { Trigger } from '../../domain/triggers.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { start } from './api.ts'
import { startedLines } from './render.ts'

/** Starts the campaign of which the plan was shown, and says where to follow it. @throws BadInput or Failed */
export async function startAsPlanned(
  deployment: Deployment,
  trigger: Trigger,
  plan: object,
  json: boolean,
): Promise<void> {
  const started = await start(deployment, trigger)
  if (json) printJson({ ...started, plan })
  else print(startedLines(started, deployment.endpoint, printed().paint))
}
