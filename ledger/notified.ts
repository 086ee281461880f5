import type { Level } from '../domain/messages/message.ts'

/** So many of a kind in one campaign are asked to everybody. */
export const few = 5

/** Where something is in a list of the same, counted from 0. */
export const levelAt = (index: number, most = few): Level =>
  index < most ? { level: 'summary', last: index === most - 1 } : { level: 'detail' }
