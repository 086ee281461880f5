import * as v from 'valibot'
import { atLeastOne, describe, duration, flag, integer, matching, object, reference, tags, text } from './values.ts'

/** When things may happen: the parts of fleet.yaml about patch cycles, freezes, windows and CVEs. */

export const timezone = v.pipe(
  v.optional(text, 'UTC'),
  describe('An IANA time zone, such as Australia/Sydney; daylight saving counts'),
)
const localTime = matching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/, "a local time such as '2026-12-18T00:00', in quotes")
export const imagePatterns = atLeastOne(
  matching(/^[a-z0-9*-]{1,40}$/, 'the name of an image, * for any characters'),
  'image',
)

export const Window = object({
  schedule: v.pipe(text, describe('When it opens: cron(minutes hours day-of-month month day-of-week year)')),
  timezone,
  duration: v.pipe(duration('15m', '24h'), describe('How long it stays open')),
})

export const PatchCycle = object({
  description: v.exactOptional(text),
  schedule: v.pipe(
    text,
    describe('cron(...), rate(...) or at(...), as EventBridge Scheduler takes them: cron(0 2 ? * TUE#2 *)'),
  ),
  timezone,
  offset: v.pipe(
    v.exactOptional(matching(/^[1-6]d$/, "whole days, '1d' to '6d'")),
    describe('Days after the schedule at which it begins: the Wednesday after the second Tuesday is TUE#2 and 1d'),
  ),
  flexibleWindow: v.pipe(
    v.exactOptional(duration('1m', '24h')),
    describe('It may begin at any time within this after the schedule'),
  ),
  images: v.pipe(v.exactOptional(imagePatterns), describe('Only these; * for any characters')),
  tags: v.pipe(v.exactOptional(tags), describe('Only images with all of these tags')),
  upstreams: v.pipe(
    v.exactOptional(atLeastOne(reference('an upstream'), 'upstream')),
    describe('Only images that descend from one of these'),
  ),
  onlyIfChanged: v.pipe(
    v.optional(flag, false),
    describe('Leave images whose parent and definition are as they were baked; packages do not count'),
  ),
})

export const Freeze = object({
  reason: v.pipe(text, describe('Why, for those who wait')),
  from: localTime,
  to: localTime,
  timezone,
  rings: v.pipe(
    v.exactOptional(atLeastOne(reference('a ring'), 'ring')),
    describe('Only roll-outs to these rings wait; bakes go on'),
  ),
  images: v.pipe(v.exactOptional(imagePatterns), describe('Only these images wait; * for any characters')),
})

const findings = v.exactOptional(integer(1, 10_000))
export const Cves = object({
  critical: v.pipe(findings, describe('Rebake an image in which a scan finds so many, or more')),
  high: findings,
  medium: findings,
  every: v.pipe(
    v.optional(duration('1h', '90d'), '7d'),
    describe('An image is not rebaked again for this reason before'),
  ),
})

export type PatchCycle = v.InferOutput<typeof PatchCycle>
export type Cves = v.InferOutput<typeof Cves>
