import { type Paint, painterFor } from '../render/text.ts'

/** How wide the output is and whether it has colours; a pipe or a file is as wide as it needs to be. */
export const printed = (): { width: number; paint: Paint } => ({
  width: process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
  paint: painterFor(process.stdout),
})

export const print = (lines: readonly string[]) => void process.stdout.write(`${lines.join('\n')}\n`)

export const printJson = (value: unknown) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)

/** A display that redraws itself needs a terminal that can move its cursor, and some room. */
export const canRedraw = ({ isTTY, columns }: NodeJS.WriteStream) =>
  isTTY && columns >= 40 && process.env.TERM !== 'dumb'
