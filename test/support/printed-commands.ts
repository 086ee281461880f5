import { createProgram } from '../../cli/program.ts'

/** Commands of rebake in a text that is a script, one a line: what comes behind `rebake`. */
export const scriptedCommands = (text: string): string[] =>
  [...text.matchAll(/\bnpx --no-install rebake (.+)$/gm)].map(([, line = '']) => line)

/** Words as a shell makes them, as far as we print any: quotes hold together. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')

const program = createProgram()

/** Why the real program does not take a command line as it stands; '' where it does. */
export function whyNot(line: string): string {
  const [name = '', ...rest] = wordsOf(line)
  const command = program.commands.find((candidate) => candidate.name() === name)
  if (!command) return `there is no command ${name}`
  try {
    const { operands, unknown } = command.exitOverride().parseOptions(rest)
    if (unknown.length > 0) return `${name} does not know ${unknown.join(' ')}`
    const { registeredArguments: expected } = command
    if (operands.length > expected.length)
      return `${name} takes ${expected.length} arguments, not ${operands.join(' ')}`
    const missing = expected.filter((argument, at) => argument.required && operands[at] === undefined)
    return missing.length > 0 ? `${name} lacks ${missing.map((argument) => argument.name()).join(' ')}` : ''
  } catch (error) {
    return String(error)
  }
}
