import type { ImageProgress, Progress } from '../../rehearsal/progress.ts'

export const fakeStart = Date.UTC(2026, 8, 1, 6)

/** An image of a snapshot; whatever a test does not care about is filled in. */
export const fakeImage = (image: string, parent: string, rest: Partial<ImageProgress> = {}): ImageProgress => ({
  image,
  parent,
  depth: 0,
  status: 'waiting',
  step: '',
  since: 0,
  done: 0,
  reason: '',
  ...rest,
})

/** A snapshot `minutes` after the start. */
export const fakeProgress = (minutes: number, images: ImageProgress[], rest: Partial<Progress> = {}): Progress => ({
  now: fakeStart + minutes * 60_000,
  campaign: 'amazon-linux-2023-ami-0aaaabbbbccccdddd',
  title: 'amazon-linux-2023 ami-0aaaabbbbccccdddd',
  images: images.map((image) => ({ ...image, since: image.since || fakeStart + minutes * 60_000 })),
  ...rest,
})
