import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { BadInput } from './problems.ts'
import { inProse } from './typed.ts'

/**
 * The directory that a person means by a relative path. npm runs a script in the folder of its package.json, which
 * `--prefix` may name, and keeps in INIT_CWD where it was called. A script that changes the directory itself means that one.
 * https://docs.npmjs.com/cli/v11/commands/npm-run#description
 */
export function standingIn(env: NodeJS.ProcessEnv, cwd: string): string {
  const { INIT_CWD: called, npm_package_json: manifest } = env
  if (!called || !manifest || !existsSync(called) || !existsSync(dirname(manifest))) return cwd
  return realpathSync(dirname(manifest)) === realpathSync(cwd) ? called : cwd
}

export const fleetName = 'fleet.yaml'

/**
 * The nearest fleet.yaml, in a directory or in one above it, relative to that directory.
 * @throws BadInput where there is none: no other fleet is taken in its place
 */
export function nearestFleet(from: string): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const file = join(directory, fleetName)
    if (existsSync(file)) return relative(from, file)
    if (directory === dirname(directory)) break
  }
  throw new BadInput(
    `There is no ${fleetName} in ${from}, nor in a folder above it. Run this where your fleet is, name its file with ` +
      `--fleet FILE, or begin a fleet: ${inProse('init')}.`,
  )
}

/** Options that npm has as well, where it sets them by itself: what they are there says nothing about us. */
const npmHasToo = new Set(['yes', 'json', 'force', 'dryRun', 'all', 'os'])

/**
 * `npm run deploy --fleet=mine.yaml` gives the option to npm, and nothing of it to the script, which would go on with
 * another fleet.
 *
 * @param options names as commander has them, `exitCode`
 * @throws BadInput that says how to write it
 */
export function refuseTakenByNpm(env: NodeJS.ProcessEnv, options: readonly string[]): void {
  const { npm_lifecycle_event: script, npm_command: command } = env
  if (!script || command === 'exec') return
  const variable = (option: string) => `npm_config_${option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
  const taken = options.find((option) => !npmHasToo.has(option) && env[variable(option)])
  const flag = taken?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (flag === undefined && !env.npm_config_call) return
  const what = flag === undefined ? `-c ${env.npm_config_call}` : `--${flag}`
  throw new BadInput(
    `npm took ${what} for itself, and this command never saw it. Options of the command go behind two dashes: ` +
      `npm run ${script} -- ${flag === undefined ? '--fleet FILE' : `--${flag}`}`,
  )
}
