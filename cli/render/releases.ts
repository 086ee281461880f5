import type { Channel } from '../../domain/names.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { count, type Style } from './text.ts'

/** What lists of releases have in common. */

/** What a release is now: revoked or gone, or what points to it. */
export function releaseStatusText(
  { releasedAt, revoked, retired }: ImageRelease,
  channels: readonly Channel[] = [],
): { text: string; icon: string; style: Style } {
  if (revoked) return { text: 'revoked', icon: '✖', style: 'red' }
  if (retired?.removedAt) return { text: 'removed', icon: '○', style: 'dim' }
  const text = [...channels, ...(retired ? ['deprecated'] : [])].join(', ')
  if (releasedAt === undefined) return { text, icon: '●', style: 'cyan' }
  return { text, icon: '✔', style: retired ? 'dim' : 'green' }
}

/** `canary 1 target, everyone 4 targets`: where all had it, ring by ring. */
export const whereOf = ({ distributed = {} }: ImageRelease): string =>
  Object.entries(distributed)
    .map(([ring, placed]) => `${ring} ${count(placed.length, 'target')}`)
    .join(', ')
