import { fleetFingerprints } from '../../domain/fleet/fleet-fingerprint.ts'
import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import { checkAccount, deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet, readComponent } from '../fleet.ts'
import { canRedraw, print, printed, printJson } from '../terminal/output.ts'
import { LiveScreen } from '../terminal/screen.ts'
import { isSound } from './check.ts'
import { checks } from './checks.ts'
import type { DoctorOptions } from './command.ts'
import { Environment } from './environment.ts'
import { examineAll, type Watch } from './examine.ts'
import { examinedLines, lookingLine } from './render.ts'

/** Examines what a fleet depends on in AWS; the exit code is 1 unless all of it could be looked at and nothing fails. */
export async function doctor({ fleet: file, endpointUrl, json = false }: DoctorOptions): Promise<void> {
  const fleet = loadFleet(file)
  const deployment = deploymentOf(fleet, endpointUrl)
  const caller = await checkAccount(deployment)
  const fingerprints = fleetFingerprints(fleet, imageFingerprints(fleet, readComponent(file)))
  const { watch, close } = startWatching(json)
  const examined = await examineAll(checks, new Environment(deployment, fingerprints), watch).finally(close)
  const sound = examined.every(({ outcome }) => isSound(outcome))
  if (!sound) process.exitCode = 1
  if (!json) {
    const place = placeOf(deployment)
    return print(examinedLines(examined, `${place.charAt(0).toUpperCase()}${place.slice(1)}`, printed()))
  }
  printJson({
    fleet: fleet.name,
    account: fleet.build.account,
    region: fleet.build.region,
    caller,
    sound,
    checks: examined.map(({ check, outcome, findings }) => ({
      group: check.group,
      name: check.name,
      outcome,
      findings,
    })),
  })
}

/** A live line on a terminal; nothing elsewhere, as all of it takes seconds. */
function startWatching(silent: boolean): { watch: Watch; close: () => void } {
  const { stdout } = process
  if (silent || !canRedraw(stdout)) return { watch: () => undefined, close: () => undefined }
  let moment: Parameters<typeof lookingLine>[0] = { done: 0, all: checks.length, looking: [] }
  const screen = new LiveScreen(stdout, (tick) => [lookingLine(moment, tick, stdout.columns)])
  const timer = setInterval(() => screen.refresh(), 100)
  return {
    watch: (done, looking) => {
      moment = { ...moment, done, looking }
      screen.refresh()
    },
    close: () => {
      clearInterval(timer)
      screen.close()
    },
  }
}
