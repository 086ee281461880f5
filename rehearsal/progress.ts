/** What a running rehearsal shows: one snapshot after each change. */

export interface ImageProgress {
  image: string
  /** The image or upstream it descends from. */
  parent: string
  /** 0 for an image that bakes straight from an upstream. */
  depth: number
  status: 'waiting' | 'running' | 'released' | 'failed' | 'skipped' | 'superseded' | 'aborted'
  /** The state that the image's execution is in, as the state machine names it; '' before and after. */
  step: string
  /** When the status or the step began: virtual time, epoch milliseconds. */
  since: number
  /** How much of the work is done, 0 to 1, from the states passed and the estimate of the bake. */
  done: number
  reason: string
}

export interface Progress {
  /** Virtual time, epoch milliseconds. */
  now: number
  campaign: string
  /** What a list shows: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
  title: string
  images: ImageProgress[]
}
