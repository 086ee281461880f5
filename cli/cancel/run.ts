import { rebakeName } from '../../domain/executions.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { type Steering, steeringOf } from '../deployment/steering.ts'
import { loadFleet } from '../fleet.ts'
import { oneLine, painterFor } from '../render/text.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { type Cancellation, cancellationOf, endOf } from './cancellation.ts'
import type { CancelOptions } from './command.ts'
import { cancellationLines, cancelledLines, endedLine } from './render.ts'

/** The edges of the command, and what it asks of a deployment. */
export type CancelDeps = Omit<Changes<{ caller: string; steering: Pick<Steering, 'campaign' | 'stop'> }>, 'now'>

const liveDeps = (): CancelDeps => changeDeps((deployment, caller) => ({ caller, steering: steeringOf(deployment) }))

/** Shows what is under way, asks, and ends it; the exit code is 1 if it was not to be. What has ended stays as it is. */
export async function cancel(options: CancelOptions, { open, ...terminal } = liveDeps()): Promise<void> {
  const { campaign, image, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, steering } = await open(deployment)
  const state = await steering.campaign(campaign)
  const ended = endOf(state, campaign, image)
  if (ended !== undefined) {
    if (json) printJson({ campaign, ...(image && { image }), wasBefore: true, status: ended })
    else print([endedLine(campaign, image, ended)])
    return
  }
  const cancellation = cancellationOf(state, campaign, image)
  if (!json) print([...cancellationLines(cancellation, printed()), ''])
  const wanted = { question: `Cancel it in ${placeOf(deployment)}?`, otherwise: 'Nothing was cancelled.' }
  if (!(await isWanted(yes, terminal, wanted))) return
  const reason = oneLine(options.reason ?? '')
  await stop(steering, cancellation, `cancelled by ${caller}${reason && `: ${reason}`}`)
  const { title: _, returns: __, ...done } = cancellation
  if (json) printJson({ ...done, wasBefore: false, by: caller, ...(reason && { reason }) })
  else print(cancelledLines(cancellation, painterFor(process.stdout)))
}

/**
 * Parents first, so that nothing is started meanwhile. Step Functions stops what a stopped execution has started, as far
 * as it can: so each is stopped by itself too.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
 */
async function stop(
  steering: Pick<Steering, 'stop'>,
  { campaign, image, underWay, notStarted }: Cancellation,
  cause: string,
): Promise<void> {
  if (image === undefined) await steering.stop('campaign', campaign, cause)
  for (const name of [...underWay.map((each) => each.image), ...notStarted])
    await steering.stop('rebake', rebakeName(campaign, name), cause)
}
