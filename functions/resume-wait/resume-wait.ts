import type { Waits } from '../shared/waits.ts'

interface ImageEvent {
  time: string
  resources: [string]
  detail: { state: { status: string } }
}

/** Brings an image's last state to whoever waits for that image, now or later. */
export async function resume(waits: Waits, { time, resources: [image], detail }: ImageEvent) {
  await waits.bringOutcome(image, { status: detail.state.status }, time)
  return {}
}
