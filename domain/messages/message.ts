import { createHash } from 'node:crypto'
import { type IdentifyingFacts, type Identity, type Kind, type levels, messageKinds, type Severity } from './kinds.ts'
import type { LevelOf, SeverityOf } from './reference.ts'

/** What a message is about, and what subscribers filter by. */
export interface About {
  campaign?: string
  image?: string
  ring?: string
  upstream?: string
}

export interface Link {
  title: string
  url: string
}

export interface Level {
  level: (typeof levels)[number]
  /** The last of its kind that everybody gets. */
  last?: boolean
}

/** What happened, for people and for programs; each subscriber gets the form that suits its protocol. */
export interface Message {
  /** The same for the same fact, whatever the words; another for another fact. */
  id: string
  kind: Kind
  severity: Severity
  /** A summary is for everybody; a detail for who asks for it, so that a campaign of hundreds of images is no flood. */
  level: Level['level']
  about: About
  /** ASCII, 100 characters at most, as SNS demands. */
  subject: string
  /** Plain text, to read on a phone. */
  body: string
  links: Link[]
  /** The facts that the text is made of, for programs. */
  facts: Record<string, unknown>
}

/** What programs and functions get of a message, as JSON. The version changes when a member goes or changes its meaning. */
export type Notification = { version: '1' } & Message & {
    /** How many lines of the text are left out, where a message has no room for all of it. */
    omittedLines?: number
  }

/** SNS refuses a subject of 100 characters or more, with line breaks, or not ASCII. Source: SNS API, Publish. */
export const subject = (text: string) => {
  const ascii = text.replace(/[^\x20-\x7e]+/g, ' ')
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`
}

export const lines = (...parts: (string | string[] | undefined | false)[]) =>
  parts.flatMap((part) => (part === undefined || part === false ? [] : part)).join('\n')

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `2d 3h`, `45m`, `30s`: the two largest units. */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ]
  let rest = Math.round(seconds)
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count}${unit}`] : []
  })
  return parts.slice(0, 2).join(' ') || '0s'
}

/** `2026-12-18 00:00 UTC` */
export const utc = (time: string) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Said by the last summary of many: where the others are. */
export const more = ({ last }: Level, where: string): string | undefined => (last ? where : undefined)

const identities: { [K in Kind]: { identity: (facts: IdentifyingFacts<K>) => Identity } } = messageKinds

/** SHA-256 of the kind and the facts that identify it, its first 32 digits. */
export const idOf = <K extends Kind>(kind: K, facts: IdentifyingFacts<K>): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, ...identities[kind].identity(facts)]))
    .digest('hex')
    .slice(0, 32)

/** How a message is known and sorted. */
export const header = <K extends Kind>(
  kind: K,
  severity: SeverityOf<K>,
  level: LevelOf<K>,
  facts: IdentifyingFacts<K>,
): Pick<Message, 'id' | 'kind' | 'severity' | 'level'> => ({ id: idOf(kind, facts), kind, severity, level })
