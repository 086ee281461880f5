import { greatest } from './greatest.ts'

/** What other people's automation may listen to, on the default bus of the build account: source `rebake`. */
export interface RebakeEvent {
  'detail-type': 'Rebake Image Released' | 'Rebake Image Not Released'
  /** ISO 8601. */
  time: string
  detail: { version: '1'; campaign: string; image: string; rings?: PublishedRing[] } & Record<string, unknown>
}

interface PublishedRing {
  ring: string
  parameter: string
  published: object[]
  /** How many of `published` are left out, where an event has no room for all. */
  omitted?: number
}

/**
 * Bytes of an entry. The envelope that EventBridge adds may count or not: some KB are left for it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
const mostBytes = 262_144 - 4_096

/** The same event, with as many targets of each ring as EventBridge takes. */
export function withinEntry(event: RebakeEvent): RebakeEvent {
  const { rings } = event.detail
  const fits = (shown: RebakeEvent) => Buffer.byteLength(JSON.stringify(shown.detail)) <= mostBytes
  if (rings === undefined || fits(event)) return event
  const first = (count: number): RebakeEvent => ({
    ...event,
    detail: { ...event.detail, rings: rings.map((ring) => shortened(ring, count)) },
  })
  const longest = Math.max(...rings.map(({ published }) => published.length))
  return first(greatest(longest, (count) => fits(first(count))))
}

const shortened = (ring: PublishedRing, count: number): PublishedRing =>
  ring.published.length <= count
    ? ring
    : { ...ring, published: ring.published.slice(0, count), omitted: ring.published.length - count }
