/** How far an image is in its campaign: its own rebake has not begun, is in one of its two stages, or has ended. */
type Stage = 'before' | 'bake' | 'roll-out' | 'end'

interface Meaning {
  stage: Stage
  /** Whether it ended without a release, and nothing newer took its place: somebody must look at it. */
  failed: boolean
  /** As what the campaign's summary counts it. What has not ended when its campaign does counts as failed. */
  countedAs: 'released' | 'failed' | 'skipped' | 'superseded'
}

/**
 * What may become of an image in a campaign, in the order in which a sentence counts them. The names are stored: none of them
 * may change.
 */
export const imageStatuses = {
  released: { stage: 'end', failed: false, countedAs: 'released' },
  candidate: { stage: 'roll-out', failed: false, countedAs: 'failed' },
  baking: { stage: 'bake', failed: false, countedAs: 'failed' },
  waiting: { stage: 'bake', failed: false, countedAs: 'failed' },
  planned: { stage: 'before', failed: false, countedAs: 'failed' },
  left: { stage: 'end', failed: false, countedAs: 'failed' },
  failed: { stage: 'end', failed: true, countedAs: 'failed' },
  skipped: { stage: 'end', failed: true, countedAs: 'skipped' },
  aborted: { stage: 'end', failed: true, countedAs: 'failed' },
  superseded: { stage: 'end', failed: false, countedAs: 'superseded' },
} satisfies Record<string, Meaning>

export type ImageStatus = keyof typeof imageStatuses

interface Image {
  status: ImageStatus
}

const stageOf = ({ status }: Image): Stage => imageStatuses[status].stage

/** Whether nothing more comes of an image in its campaign. */
export const isFinished = (image: Image): boolean => stageOf(image) === 'end'

/** Whether its rebake has begun and has not ended. */
export const isRunning = (image: Image): boolean => stageOf(image) === 'bake' || isRollingOut(image)

/** Whether it has passed its checks and is on its way through the rings: its bake is good, whatever becomes of that. */
export const isRollingOut = (image: Image): boolean => stageOf(image) === 'roll-out'

/** Whether its rebake is to begin, and has not. */
export const isPlanned = (image: Image): boolean => stageOf(image) === 'before'

export const hasFailed = ({ status }: Image): boolean => imageStatuses[status].failed

/**
 * What a status means to people and their commands: `shownAs` is what lists call it, `retried` is whether `rebake retry` rolls a
 * good bake out again that ended so. A table of its own, as no function needs it.
 */
export const imageStatusesForPeople = {
  released: { shownAs: 'released', retried: false },
  candidate: { shownAs: 'running', retried: false },
  baking: { shownAs: 'running', retried: false },
  waiting: { shownAs: 'running', retried: false },
  planned: { shownAs: 'waiting', retried: false },
  left: { shownAs: 'waiting', retried: false },
  failed: { shownAs: 'failed', retried: true },
  skipped: { shownAs: 'skipped', retried: false },
  aborted: { shownAs: 'aborted', retried: true },
  superseded: { shownAs: 'superseded', retried: true },
} as const satisfies Record<ImageStatus, { shownAs: string; retried: boolean }>

/** What lists call the status of an image. */
export type ShownStatus = (typeof imageStatusesForPeople)[ImageStatus]['shownAs']

/** Of lists, in the order in which a sentence counts them. */
export const shownStatuses: readonly ShownStatus[] = [
  ...new Set(Object.values(imageStatusesForPeople).map(({ shownAs }) => shownAs)),
]
