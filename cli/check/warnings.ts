import type { Problem } from '../../domain/fleet/problems.ts'
import type { Layout } from '../render/layout.ts'
import { oneLine, unpainted, wrap } from '../render/text.ts'

/** What is valid in a fleet, and yet hardly what somebody wants, a line each with its place. */
export const warningLines = (
  warnings: readonly Problem[],
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] =>
  warnings.flatMap(({ file, line, column, message }) =>
    wrap(`${paint('yellow', '⚠')} ${file}:${line}:${column}: ${oneLine(message)}`, width, '  '),
  )
