import { setTimeout as sleep } from 'node:timers/promises'
import type { RevocationRequest } from '../../domain/releases/revocation.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { checkName, checkVersion } from '../options/names.ts'
import { BadInput } from '../problems.ts'
import { oneLine, painterFor } from '../render/text.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { followSteps } from '../terminal/steps.ts'
import { type Revocations, revocationName, revocationsIn } from './api.ts'
import type { RevokeOptions } from './command.ts'
import { previewLines, revocationSteps, revokedLines } from './render.ts'

/** The edges of the command. */
export interface RevokeDeps extends Changes<{ caller: string; revocations: Revocations }> {
  pause: (milliseconds: number) => Promise<unknown>
}

const liveDeps = (): RevokeDeps => ({
  ...changeDeps((deployment, caller) => ({ caller, revocations: revocationsIn(deployment) })),
  pause: sleep,
})

/** Shows what would be revoked, and what runs on it, asks, and follows it; the exit code is 1 if it was not to be, or not all of it. */
export async function revoke(
  options: RevokeOptions,
  { now, open, pause, ...terminal }: RevokeDeps = liveDeps(),
): Promise<void> {
  const { image, version, descendants = false, force = false, json = false, yes } = options
  const { at: time = now } = options
  const fleet = loadFleet(options.fleet)
  const reason = oneLine(options.reason ?? '')
  if (reason === '') throw new BadInput('Say why with --reason TEXT: everybody who launches from it reads it.')
  requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, revocations } = await open(deployment)
  const operation = revocationName(image, version, time)
  const request: RevocationRequest = { image, version, descendants, force }
  if (!(await revocations.isThere(operation))) {
    checkName('IMAGE', 'image', image, await revocations.images())
    checkVersion('VERSION', image, version, await revocations.versions(image))
    const preview = await revocations.preview(request)
    if (!json) print(previewLines(preview, request, printed()))
    const wanted = { question: `Revoke in ${placeOf(deployment)}?`, otherwise: 'Nothing was revoked.' }
    if (!(await isWanted(yes, terminal, wanted))) return
    await revocations.start({ ...request, reason, by: caller, time })
  }
  const look = () => revocations.look(operation)
  const ended = await followSteps(look, revocationSteps, { silent: json, pause })
  if (json) printJson({ operation, ...ended })
  else print(revokedLines(ended, painterFor(process.stdout)))
  if (ended.status === 'failed') process.exitCode = 1
}
