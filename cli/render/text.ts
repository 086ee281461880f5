import { stripVTControlCharacters, styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]
/** Colours a text, or leaves it alone: what is rendered never asks the terminal itself. */
export type Paint = (style: Style, text: string) => string

export const unpainted: Paint = (_, text) => text

/** Colours if the stream is a terminal that shows them; NO_COLOR and FORCE_COLOR have the last word. */
export const painterFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream, validateStream: true })

/** Columns that a text takes on screen. */
export const widthOf = (text: string) => [...stripVTControlCharacters(text)].length

/** Without control characters: reasons and messages come from outside and must not drive the terminal. */
export const harmless = (text: string) => stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}]+/gu, ' ')

/** Harmless, and one line however many it was. */
export const oneLine = (text: string) => harmless(text).replace(/\s+/g, ' ').trim()

/** Cuts an unpainted text to `width` columns and ends it with an ellipsis where something is lost. */
function cut(text: string, width: number): string {
  const characters = [...text]
  if (characters.length <= width) return text
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`
}

/** Cuts or fills an unpainted text to exactly `width` columns. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fitted = cut(text, width)
  const space = ' '.repeat(Math.max(0, width - widthOf(fitted)))
  return align === 'left' ? fitted + space : space + fitted
}

/**
 * Breaks a line that is too wide between words; no part is wider than `width` unless a single word is.
 * @param hang goes before every part but the first; by default the line's own indent
 */
export function wrap(line: string, width: number, hang = /^\s*/.exec(line)?.[0] ?? ''): string[] {
  if (widthOf(line) <= width) return [line]
  const lines: string[] = []
  let current = /^\s*/.exec(line)?.[0] ?? ''
  let empty = true
  for (const word of line.trim().split(/\s+/)) {
    if (!empty && widthOf(current) + 1 + widthOf(word) > width) {
      lines.push(current)
      current = hang + word
    } else current += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, current]
}

/** '1 image', '12 images', '1,234 images'. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : plural}`
}

/** 'a', 'a and b', 'a, b and 3 more'. */
export function list(names: readonly string[], shown = Number.POSITIVE_INFINITY): string {
  const more = names.length - shown
  const parts = more > 0 ? [...names.slice(0, shown), `${more} more`] : [...names]
  const last = parts.pop() ?? ''
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`
}
