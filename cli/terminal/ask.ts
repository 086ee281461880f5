import { createInterface } from 'node:readline'

/** Whether there is a person to ask. */
export const canAsk = () => process.stdin.isTTY === true

/** The edges of a question, on standard error: standard output is only what was asked for. */
interface Terminal {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
}

const terminal = (): Terminal => ({ input: process.stdin, output: process.stderr })

/** What is typed, or the fallback for an empty line. */
export async function askText(question: string, fallback: string, to: Terminal = terminal()): Promise<string> {
  const answer = await lineAfter(`${question}${fallback === '' ? '' : ` [${fallback}]`}: `, to)
  return answer?.trim() || fallback
}

/**
 * Asks on standard error, so that standard output is only what was asked for. The terminal stays as it is: Ctrl-C ends
 * the process, Ctrl-D means no.
 */
export async function confirm(question: string, to: Terminal = terminal()): Promise<boolean> {
  return /^\s*y(es)?\s*$/i.test((await lineAfter(`${question} [y/N] `, to)) ?? '')
}

/** The line that is typed after a prompt; undefined where there is none, as after Ctrl-D. */
async function lineAfter(prompt: string, { input, output }: Terminal): Promise<string | undefined> {
  output.write(prompt)
  // The question before this one let go of it.
  input.ref?.()
  const lines = createInterface({ input, terminal: false })
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(undefined))
  })
  lines.close()
  // A terminal that is still listened to would keep the process alive.
  input.pause()
  input.unref?.()
  if (answer === undefined) output.write('\n')
  return answer
}
