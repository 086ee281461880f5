import type { OperationStatus, RingStatus } from '../../domain/operations.ts'
import { cell, oneLine, type Paint, type Style, unpainted } from './text.ts'

/** One thing of several that are done one after the other. */
export interface Step {
  name: string
  status: 'waiting' | 'running' | 'done' | 'wrong'
  /** What it is doing, or what it came to. */
  text: string
}

const looks: Record<Step['status'], { icon: string; style: Style; ended: boolean }> = {
  waiting: { icon: '·', style: 'dim', ended: false },
  running: { icon: '●', style: 'cyan', ended: false },
  done: { icon: '✔', style: 'green', ended: true },
  wrong: { icon: '✖', style: 'red', ended: true },
}

export const isEnded = ({ status }: Step): boolean => looks[status].ended

/** An operation, and a ring of a rollback, as a step of another operation. */
export const stepOfOperation: Record<OperationStatus, Step['status']> = {
  running: 'running',
  finished: 'done',
  failed: 'wrong',
}
export const stepOfRing: Record<RingStatus, Step['status']> = {
  waiting: 'waiting',
  restoring: 'running',
  done: 'done',
  wrong: 'wrong',
}

const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'

/** @param tick turns the spinner of what runs, on a terminal */
export function stepLine(
  { name, status, text }: Step,
  { paint = unpainted, tick, width = 1_000 }: { paint?: Paint; tick?: number; width?: number } = {},
): string {
  const { icon, style } = looks[status]
  const shown = status === 'running' && tick !== undefined ? (spinner[tick % spinner.length] ?? icon) : icon
  return `${paint(style, shown)} ${cell(`${name}  ${oneLine(text)}`, width - 2).trimEnd()}`
}
