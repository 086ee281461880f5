import { type Channel, channels } from '../names.ts'
import type { ImageState } from '../planning/fleet-state.ts'
import { type ImageRelease, isGood } from './image-release.ts'

/**
 * What points to each release of an image, by the ledger: the newest that passed its checks, what targets have, and what
 * they would roll back to, the last that they had before, that is good and that nobody went back from. By AMI; a release that nothing points to has none.
 */
export function channelsOf({ last, released }: ImageState, releases: readonly ImageRelease[]): Map<string, Channel[]> {
  const [previous] = releases
    .filter((release) => isGood(release) && !release.rolledBack && release.ami !== released?.ami)
    .sort((a, b) => (b.releasedAt ?? '').localeCompare(a.releasedAt ?? ''))
  const pointed: Record<Channel, string | undefined> = {
    candidate: last?.ami,
    stable: released?.ami,
    previous: released && previous?.ami,
  }
  const pointing = new Map<string, Channel[]>()
  for (const channel of channels) {
    const ami = pointed[channel]
    if (ami !== undefined) pointing.set(ami, [...(pointing.get(ami) ?? []), channel])
  }
  return pointing
}
