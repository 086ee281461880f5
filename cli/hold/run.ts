import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { driftOf } from '../../domain/planning/drift.ts'
import { resume as letGo } from '../../domain/planning/holds.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet, readComponent } from '../fleet.ts'
import { checkName } from '../options/names.ts'
import { BadInput } from '../problems.ts'
import { oneLine, painterFor } from '../render/text.ts'
import type { Standing } from '../status/standing.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printJson } from '../terminal/output.ts'
import { type HoldRequest, type Holds, holdsIn } from './api.ts'
import type { HoldOptions, ResumeOptions } from './command.ts'
import { heldLines, holdLines, resumeLines } from './render.ts'

/** The edges of the command, and what it asks of a deployment. */
export type HoldDeps = Changes<{ caller: string; holds: Holds }>

const liveDeps = (): HoldDeps => changeDeps((deployment, caller) => ({ caller, holds: holdsIn(deployment) }))

export const hold = (options: HoldOptions, deps = liveDeps()) => ask('hold', options, deps)
export const resume = (options: ResumeOptions, deps = liveDeps()) => ask('resume', options, deps)

/** Shows what it means, asks, and holds the image or lets it go on; the exit code is 1 if it was not to be. */
async function ask(kind: HoldRequest['do'], options: HoldOptions, { now, open, ...terminal }: HoldDeps): Promise<void> {
  const { image, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  checkName('IMAGE', 'image', image, Object.keys(fleet.images))
  const reason = oneLine(options.reason ?? '')
  if (kind === 'hold' && reason === '')
    throw new BadInput('Say why with --reason TEXT: everybody who finds the image held reads it.')
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller: by, holds } = await open(deployment)
  const standing = await holds.standing(image)
  const isHeld = standing.known.images[image]?.held !== undefined
  // Where nothing is to change, there is nothing to ask.
  if (isHeld === (kind === 'resume')) {
    const due = dueOf(fleet, options.fleet, standing, { image, now })
    if (!json) print(kind === 'hold' ? holdLines(image, standing) : resumeLines(image, standing, due))
    const question = kind === 'hold' ? 'Hold it' : 'Let it go on'
    const wanted = { question: `${question} in ${placeOf(deployment)}?`, otherwise: 'Nothing was changed.' }
    if (!(await isWanted(yes, terminal, wanted))) return
  }
  const asked = { image, by, time: now }
  const held = await holds.ask(kind === 'hold' ? { ...asked, do: kind, reason } : { ...asked, do: kind })
  if (json) printJson({ image, held: held.held ?? null, before: held.before ?? null })
  else print(heldLines(image, kind, held, painterFor(process.stdout)))
}

/** Why the next look at all images rebakes it once it goes on; undefined where it does not. */
function dueOf(
  fleet: Fleet,
  file: string,
  { known }: Standing,
  { image, now }: { image: string; now: string },
): string | undefined {
  const definitions = imageFingerprints(fleet, readComponent(file))
  const found = driftOf(fleet, definitions, letGo(known, image), now).find((each) => each.image === image)
  return found && 'due' in found ? found.due : undefined
}
