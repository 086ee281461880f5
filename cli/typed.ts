import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { commandLine } from '../domain/command-text.ts'

/**
 * How this command was started, so that what it names can be typed in the same place: through a script of npm's that is called `rebake`,
 * by a `rebake` on the PATH, or else from the project that has it installed.
 */
export function startedAs(env: NodeJS.ProcessEnv = process.env): string {
  // TypeScript runs in a clone alone, and no command of that name is there.
  const isClone = import.meta.url.endsWith('.ts') && env.npm_lifecycle_event === 'start'
  if (env.npm_lifecycle_event === 'rebake' || isClone) return 'npm run -s rebake --'
  // npm puts the project's own commands on the PATH of what it runs, and of nothing else.
  const isOnPath =
    env.npm_lifecycle_event === undefined && pathOf(env).some((folder) => existsSync(join(folder, 'rebake')))
  return isOnPath ? 'rebake' : commandLine()
}

const pathOf = ({ PATH = '' }: NodeJS.ProcessEnv) => PATH.split(delimiter).filter((folder) => folder !== '')

/** The fleet that was named: a command without it may find another. */
let fleet: string | undefined

export function rememberFleet(named: string | undefined): void {
  fleet = named
}

/** A command that can be typed next, for a line of its own. */
export const typed = (...words: string[]): string =>
  [startedAs(), ...words, ...(fleet === undefined ? [] : ['--fleet', fleet])].join(' ')

/** The same in a sentence: the backticks say where it ends. */
export const inProse = (...words: string[]): string => `\`${typed(...words)}\``
