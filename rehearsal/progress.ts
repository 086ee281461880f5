import type { ShownStatus } from '../domain/image-status.ts'

/** What a display of campaigns shows, of a rehearsal that runs or of a fleet: one snapshot after each change. */

export interface ImageProgress {
  image: string
  /** The image or upstream it descends from. */
  parent: string
  /** 0 for an image that bakes straight from an upstream. */
  depth: number
  status: ShownStatus
  /** The state that the image's execution is in, as the state machine names it; '' before and after. */
  step: string
  /** When the status or the step began: epoch milliseconds, virtual in a rehearsal. */
  since: number
  /** When it began to run, where that is known better than by when it was first seen to. */
  startedAt?: number
  /** What it waits for and until when, in words, where somebody has looked that up. */
  waits?: string
  /** How much of the work is done, 0 to 1, from the states passed and the estimate of the bake. */
  done: number
  reason: string
}

export interface Progress {
  /** Epoch milliseconds, virtual in a rehearsal. */
  now: number
  /** When the campaign began, where its display may begin later. */
  startedAt?: number
  campaign: string
  /** What a list shows: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
  title: string
  /** Until when the campaign as a whole waits, and why, in words. */
  waits?: string
  images: ImageProgress[]
}
