import * as v from 'valibot'
import { checkSchemas } from '../check-kinds.ts'
import { atLeastOne, describe, matching, object, reference, text } from './values.ts'

/** What must hold of a baked AMI before it leaves the build account. */
export const Checks = object(checkSchemas())

/** JavaScript takes 30 February for 2 March. */
const isDay = (day: string) => {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

export const Waiver = object({
  owner: v.pipe(text, describe('Who answers for it')),
  reason: text,
  expires: v.pipe(
    matching(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-12-31'),
    v.check(isDay, 'a day of the calendar such as 2026-12-31'),
    describe('The last day on which it holds (UTC)'),
  ),
  images: v.pipe(v.exactOptional(atLeastOne(reference('an image'), 'image')), describe('Default: all of them')),
})

export type Checks = v.InferOutput<typeof Checks>
export type Waiver = v.InferOutput<typeof Waiver>
