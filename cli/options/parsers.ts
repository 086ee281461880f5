import { InvalidArgumentError } from '@commander-js/extra-typings'
import * as v from 'valibot'
import { duration } from '../../domain/fleet/values.ts'

/** What the command line may hold, for commander: each reads one value, or says what it should be. */

export const collect = (value: string, previous: readonly string[] = []) => [...previous, value]

/** A whole number up to `highest`; anything else is bad usage. */
export const integer = (highest: number) => (value: string) => {
  if (/^\d+$/.test(value) && Number(value) <= highest) return Number(value)
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${highest}.`)
}

/** `36h`, as the fleet writes durations, in seconds. */
export const seconds = (least: string, most: string) => (value: string) => {
  const result = v.safeParse(duration(least, most), value)
  if (result.success) return result.output
  throw new InvalidArgumentError(`Expected ${result.issues[0].message}.`)
}

const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** A time as ISO 8601 in UTC, to the second: a date alone is its midnight. One without an offset says too little. */
export function instant(value: string): string {
  const time = iso.test(value) ? Date.parse(value.replace(' ', 'T')) : Number.NaN
  if (!Number.isNaN(time) && isDay(value.slice(0, 10))) return wholeSeconds(new Date(time))
  throw new InvalidArgumentError('Expected a time with its offset, as 2026-12-20T03:00:00Z.')
}

/** Date.parse makes 2 March of 30 February. */
const isDay = (day: string) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)

export const wholeSeconds = (time: Date) => time.toISOString().replace(/\.\d+/, '')

/** The machine's clock. What is decided takes its time from here as an argument, so that it can be another. */
export const clock = () => wholeSeconds(new Date())
