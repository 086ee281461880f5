import type { ImageProgress, Progress } from '../../rehearsal/progress.ts'
import { statuses } from '../status/status-words.ts'

export interface ImageMoment extends ImageProgress {
  campaign: string
  /** The campaign's, for people; with what the campaign waits for. */
  title: string
  /** Seconds since the image began to run; undefined before. */
  elapsed: number | undefined
}

export interface Moment {
  /** Epoch milliseconds, virtual in a rehearsal, and where it began. */
  now: number
  start: number
  /** How much of it all is done, 0 to 1. */
  done: number
  /** Of all campaigns, in the order in which these began. */
  images: ImageMoment[]
}

export const isSettled = ({ status }: Pick<ImageProgress, 'status'>) => statuses[status].settled

/** How much of everything is done, 0 to 1; an image that ended badly has nothing left to do. */
export const doneOf = (images: readonly ImageProgress[]) =>
  images.length === 0 ? 0 : images.reduce((sum, image) => sum + (isSettled(image) ? 1 : image.done), 0) / images.length

/** Remembers the snapshots of every campaign, and when each of its images began and ended. */
export class Timeline {
  readonly #campaigns = new Map<string, Progress>()
  readonly #began = new Map<string, number>()
  readonly #ended = new Map<string, number>()
  readonly #span: number | undefined
  #start: number | undefined
  #now = 0

  /** @param span the virtual seconds that the rehearsal goes on for, where that is known beforehand */
  constructor(span?: number) {
    this.#span = span
  }

  /** Takes a snapshot; returns the images whose status, step or wait it changed. */
  add(progress: Progress): ImageMoment[] {
    const before = new Map(this.#campaigns.get(progress.campaign)?.images.map((image) => [image.image, image]))
    this.#campaigns.set(progress.campaign, progress)
    this.#start = Math.min(this.#start ?? progress.now, progress.startedAt ?? progress.now)
    this.#now = progress.now
    const changed = progress.images.filter((image) => {
      const last = before.get(image.image)
      return last?.status !== image.status || last.step !== image.step || last.waits !== image.waits
    })
    for (const image of changed) {
      const key = `${progress.campaign} ${image.image}`
      const began = image.startedAt ?? (image.status === 'running' ? image.since : undefined)
      if (began !== undefined && !this.#began.has(key)) this.#began.set(key, began)
      if (isSettled(image)) this.#ended.set(key, image.since)
    }
    return changed.map((image) => this.#moment(progress, image))
  }

  get moment(): Moment {
    const images = [...this.#campaigns.values()].flatMap((progress) =>
      progress.images.map((image) => this.#moment(progress, image)),
    )
    const start = this.#start ?? this.#now
    const done = this.#span === undefined ? doneOf(images) : (this.#now - start) / 1000 / this.#span
    return { now: this.#now, start, done: Math.min(1, done), images }
  }

  #moment({ campaign, title: name, waits }: Progress, image: ImageProgress): ImageMoment {
    const title = waits === undefined ? name : `${name}: ${waits}`
    const key = `${campaign} ${image.image}`
    const began = this.#began.get(key)
    const elapsed = began === undefined ? undefined : ((this.#ended.get(key) ?? this.#now) - began) / 1000
    return { ...image, campaign, title, elapsed }
  }
}
