import type { Layout } from './layout.ts'
import { cell, type Style, unpainted, widthOf } from './text.ts'

export interface Column {
  title: string
  align?: 'left' | 'right'
  /** Gives way, down to eight columns, where the screen is narrow. */
  shrinks?: boolean
}
export type Cell = string | { text: string; style: Style }

const textOf = (value: Cell | undefined) => (typeof value === 'object' ? value.text : (value ?? ''))
const gap = 2

/** Rows under their titles, as lines no wider than `width` where the shrinking columns allow it. A column without text is left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const shown = columns.map((_, index) => index).filter((index) => rows.some((row) => textOf(row[index]) !== ''))
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(textOf(row[index])))),
  )
  const over = () => shown.reduce((sum, index) => sum + (widths[index] ?? 0) + gap, -gap) - width
  for (const index of shown.filter((index) => columns[index]?.shrinks).reverse())
    widths[index] = Math.max(8, (widths[index] ?? 0) - Math.max(0, over()))

  const line = (values: readonly Cell[], header?: Style) => {
    const cells = shown.map((index, position) => {
      const value = values[index]
      const padded = cell(textOf(value), widths[index] ?? 0, columns[index]?.align)
      const text = position === shown.length - 1 ? padded.trimEnd() : padded
      const style = header ?? (typeof value === 'object' ? value.style : undefined)
      return style === undefined ? text : paint(style, text)
    })
    return cells.join(' '.repeat(gap)).trimEnd()
  }
  const titles = columns.map((column) => column.title)
  return [line(titles, 'dim'), ...rows.map((row) => line(row))]
}
