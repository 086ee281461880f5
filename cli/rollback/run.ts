import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '../../domain/fleet/model.ts'
import { planRollback, type RollbackPlan, rebakedBecauseOf } from '../../domain/releases/rollback.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { checkName, checkVersion } from '../options/names.ts'
import { Failed } from '../problems.ts'
import { oneLine, painterFor } from '../render/text.ts'
import type { Standing } from '../status/standing.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { followSteps } from '../terminal/steps.ts'
import { inProse } from '../typed.ts'
import { type RollbackInput, type RollbackNow, type Rollbacks, rollbackName, rollbacksIn } from './api.ts'
import type { RollbackOptions } from './command.ts'
import { type RollbackFacts, ringSteps, rollbackLines, rolledBackLines } from './render.ts'

/** The edges of the command. */
export interface RollbackDeps extends Changes<{ caller: string; rollbacks: Rollbacks }> {
  pause: (milliseconds: number) => Promise<unknown>
}

const liveDeps = (): RollbackDeps => ({
  ...changeDeps((deployment, caller) => ({ caller, rollbacks: rollbacksIn(deployment) })),
  pause: sleep,
})

/** Shows what would go back, asks, starts it and follows it; the exit code is 1 if it was not to be, or not everywhere. */
export async function rollback(
  options: RollbackOptions,
  { now, open, pause, ...terminal }: RollbackDeps = liveDeps(),
): Promise<void> {
  const { image, to, ring, at: time = now, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  checkName('IMAGE', 'image', image, Object.keys(fleet.images))
  if (ring !== undefined) checkName('--ring', 'ring', ring, Object.keys(fleet.rings))
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, rollbacks } = await open(deployment)
  const standing = await rollbacks.standing(image)
  const operation = rollbackName(image, time)
  const before = await rollbacks.read(operation)
  const versions = standing.releases.map(({ version }) => version)
  if (to !== undefined && !before) checkVersion('--to', image, to, versions)
  const plan = planOf(fleet, standing, { image, ring, to: before?.to ?? to })
  const facts = { ...standing, plan, ring, children: childrenOf(fleet, standing, plan, ring) }
  if (!before) {
    await mustBeFree(rollbacks, standing, image)
    if (await isThere(rollbacks, standing, facts)) return alreadyThere(facts, json)
    if (!json) print(rollbackLines(facts, printed()))
    const wanted = {
      question: `Roll it back in ${placeOf(deployment)}?`,
      otherwise: 'Nothing was rolled back.',
    }
    if (!(await isWanted(yes, terminal, wanted))) return
    const reason = oneLine(options.reason ?? '') || 'no reason given'
    const input: RollbackInput = { image, to: plan.to.version, reason, by: caller, hold: true, time }
    await rollbacks.start({ ...input, ...(ring !== undefined && { ring }) })
  }
  const look = () => rollbacks.look(operation)
  const ended = await followSteps(look, (now) => ringSteps(plan, now), { silent: json, pause })
  if (json) printJson({ operation, ...documentOf(facts), ...ended, rings: ended.rings.map(stepOf) })
  else print(rolledBackLines(facts, ended, painterFor(process.stdout)))
  if (ended.status === 'failed') process.exitCode = 1
}

/** @throws Failed where there is nothing to roll back to */
function planOf(fleet: Fleet, { releases }: Standing, asked: Parameters<typeof planRollback>[2]): RollbackPlan {
  const plan = planRollback(fleet, releases, asked)
  if ('refused' in plan) throw new Failed(`Nothing can be rolled back: ${plan.refused}.`)
  return plan
}

const childrenOf = (fleet: Fleet, { known }: Standing, { to }: RollbackPlan, ring: string | undefined) =>
  ring === undefined ? rebakedBecauseOf(fleet, known, to) : []

/** @throws Failed where an operation that still runs has the image: the function would refuse it too */
async function mustBeFree(rollbacks: Rollbacks, { known }: Standing, image: string): Promise<void> {
  const { held } = known.images[image] ?? {}
  const holder = held?.operation ? await rollbacks.read(held.operation) : undefined
  if (holder?.status === 'running')
    throw new Failed(
      `${holder.operation} has ${image} since ${holder.startedAt}, for ${holder.by}, and has not ended. Wait for it.`,
    )
}

/** The last rollback of the image came to just this, and nothing was released since. */
async function isThere(
  rollbacks: Rollbacks,
  { known }: Standing,
  { plan, ring }: Pick<RollbackFacts, 'plan' | 'ring'>,
): Promise<boolean> {
  const { image, from, to } = plan
  for (const operation of [known.images[image]?.held?.operation, from.rolledBack?.operation]) {
    const last = operation === undefined ? undefined : await rollbacks.read(operation)
    if (last?.status === 'finished' && last.to === to.version && last.ring === ring) return true
  }
  return false
}

function alreadyThere(facts: RollbackFacts, json: boolean): void {
  const { plan, known } = facts
  const { image, to } = plan
  if (json) {
    printJson({ operation: null, ...documentOf(facts), status: 'already there', problems: [] })
    return
  }
  const held = known.images[image]?.held ? ` It is held: ${inProse('resume', image)} lets it go on.` : ''
  print([`${image} is ${to.version} already, wherever it could go back. Nothing was done.${held}`])
}

const documentOf = ({ plan, children, underWay, ring }: RollbackFacts) => ({
  image: plan.image,
  from: plan.from.version,
  to: plan.to.version,
  ring: ring ?? null,
  plan: {
    rings: plan.rings,
    problems: plan.problems,
    rebaked: children,
    stopped: underWay.map(({ campaign, stage, waits }) => ({ campaign, stage, waits })),
  },
})

const stepOf = ({ ring, status, wrong = [] }: RollbackNow['rings'][number]) => ({ ring, status, wrong })
