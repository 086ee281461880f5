import { createInterface } from 'node:readline'

/** Whether there is a person to ask. */
export const canAsk = () => process.stdin.isTTY === true

/**
 * Asks on standard error, so that standard output is only what was asked for. The terminal stays as it is: Ctrl-C ends
 * the process, Ctrl-D means no.
 */
export async function confirm(
  question: string,
  { input, output }: { input: NodeJS.ReadStream; output: NodeJS.WriteStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  output.write(`${question} [y/N] `)
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
  return /^\s*y(es)?\s*$/i.test(answer ?? '')
}
