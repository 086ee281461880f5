import { CommanderError } from '@commander-js/extra-typings'
import { BadInput, Failed } from './problems.ts'
import { createProgram } from './program.ts'
import { harmless, painterFor } from './render/text.ts'
import { standingIn } from './standing.ts'

/**
 * A reader that goes away (`| head`) has seen enough: there is nothing more to say. What became of the command nobody knows then, so it
 * ends as a program does that such a signal stops: 128 and the number of SIGPIPE.
 */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(141)
  throw error
})

/** Tells what went wrong; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const paint = painterFor(process.stderr)
  if (error instanceof BadInput || error instanceof Failed) {
    console.error(`${paint('red', 'error:')} ${error.message.split('\n').map(harmless).join('\n')}`)
    return error instanceof BadInput ? 2 : 1
  }
  console.error(error)
  console.error(
    `\n${paint('red', 'error:')} this is a mistake in Rebake, not yours. Please report it with the text above.`,
  )
  return 1
}

try {
  process.chdir(standingIn(process.env, process.cwd()))
  await createProgram().parseAsync()
} catch (error) {
  // A rehearsal that broke off may have left a server open: nothing is worth waiting for.
  process.exit(report(error))
}
