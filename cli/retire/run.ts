import { setTimeout as sleep } from 'node:timers/promises'
import { type RetirementRequest, retirementName } from '../../domain/releases/retirement.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { BadInput } from '../problems.ts'
import { oneLine } from '../render/text.ts'
import { withdrawalSteps } from '../render/withdrawals.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { followSteps } from '../terminal/steps.ts'
import { type Retiring, retiringIn } from './api.ts'
import type { RetireOptions } from './command.ts'
import { retiredLines, retirementLines } from './render.ts'

/** The edges of the command. */
export interface RetireDeps extends Changes<{ caller: string; retiring: Retiring }> {
  pause: (milliseconds: number) => Promise<unknown>
}

const liveDeps = (): RetireDeps => ({
  ...changeDeps((deployment, caller) => ({ caller, retiring: retiringIn(deployment) })),
  pause: sleep,
})

/** Shows which old AMIs would go, asks, and follows the run that does it; the exit code is 1 if it was not to be, or not all of it. */
export async function retire(
  options: RetireOptions,
  { now, open, pause, ...terminal }: RetireDeps = liveDeps(),
): Promise<void> {
  const { json = false, dryRun = false, yes } = options
  const fleet = loadFleet(options.fleet)
  if (!fleet.retirement)
    throw new BadInput(
      `The fleet ${fleet.name} retires nothing. Give it 'retirement: { keep: 3 }' in ${options.fleet}, and deploy.`,
    )
  if (!dryRun) requireAnswerable({ yes, json }, terminal, ', or --dry-run')
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, retiring } = await open(deployment)
  const time = options.at ?? now
  const plan = await retiring.plan(time)
  if (!json) print(retirementLines(plan, printed()))
  const { releases, bakes, leftovers } = plan
  const isAny =
    leftovers.length > 0 || [...releases, ...bakes].some(({ action }) => action === 'deprecate' || action === 'remove')
  if (dryRun || !isAny) {
    if (json) printJson({ plan })
    return
  }
  const wanted = {
    question: `Do it in ${placeOf(deployment)}, and in every target account?`,
    otherwise: 'Nothing was started.',
  }
  if (!(await isWanted(yes, terminal, wanted))) return
  const reason = oneLine(options.reason ?? '')
  const request: RetirementRequest = { time, by: caller, act: true, ...(reason && { reason }) }
  await retiring.start(request)
  const operation = retirementName(time)
  const look = () => retiring.look(operation)
  const ended = await followSteps(look, (each) => withdrawalSteps(each.withdrawals), { silent: json, pause })
  if (json) printJson({ operation, plan, ...ended })
  else print(retiredLines(ended, printed().paint))
  if (ended.status === 'failed') process.exitCode = 1
}
