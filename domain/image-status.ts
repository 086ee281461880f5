/** How an image of a campaign stands. */
export type ImageStatus =
  | 'planned'
  | 'left'
  | 'waiting'
  | 'baking'
  | 'candidate'
  | 'released'
  | 'failed'
  | 'skipped'
  | 'superseded'
  | 'aborted'
