import type { Paint } from './text.ts'

/** Where lines go: how wide it is, and how it colours; as wide as it takes, and not at all, unless set. */
export interface Layout {
  width?: number
  paint?: Paint
}
