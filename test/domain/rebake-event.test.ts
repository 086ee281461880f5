import { expect, it } from 'vitest'
import { type RebakeEvent, withinEntry } from '../../domain/rebake-event.ts'

const ring = (name: string, count: number) => ({
  ring: name,
  parameter: '/golden-images/web',
  published: Array.from({ length: count }, (_, i) => ({
    account: String(222_200_000_000 + i),
    region: 'ap-southeast-2',
    ami: `ami-${String(i).padStart(17, '0')}`,
  })),
})
const event = (rings: ReturnType<typeof ring>[]): RebakeEvent => ({
  'detail-type': 'Rebake Image Released',
  time: '2026-09-08T09:00:00Z',
  detail: { version: '1', campaign: 'c', image: 'web', rings },
})
const bytes = ({ detail }: RebakeEvent) => Buffer.byteLength(JSON.stringify(detail))

it('leaves an event as it is that EventBridge takes', () => {
  const small = event([ring('early', 2), ring('all', 1_000)])
  expect(withinEntry(small)).toBe(small)
  const none: RebakeEvent = { ...small, detail: { version: '1', campaign: 'c', image: 'web' } }
  expect(withinEntry(none)).toBe(none)
})

it('leaves out the last targets of long rings, and says how many', () => {
  const { detail } = withinEntry(event([ring('early', 5), ring('half', 2_500), ring('all', 2_000)]))
  const [early, half, all] = detail.rings ?? []
  expect(early).toEqual(ring('early', 5))
  const shown = half?.published.length ?? 0
  expect(half).toEqual({ ...ring('half', shown), omitted: 2_500 - shown })
  expect(all).toEqual({ ...ring('all', shown), omitted: 2_000 - shown })
  expect(bytes({ ...event([]), detail })).toBeLessThan(262_144 - 4_095)
  expect(bytes({ ...event([]), detail })).toBeGreaterThan(255_000)
})
