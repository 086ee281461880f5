import * as v from 'valibot'
import { timezone } from './timing.ts'
import { describe, duration, flag, integer, object, text } from './values.ts'

/** What becomes of AMIs that are old. Without it nothing is ever retired. */
export const Retirement = object({
  keep: v.pipe(integer(1, 100), describe('The last releases of each image, which are kept whatever happens')),
  grace: v.pipe(
    v.optional(duration('1d', '365d'), '14d'),
    describe('How long an AMI is deprecated before it is removed, unless something uses it'),
  ),
  failed: v.pipe(
    v.optional(duration('1d', '365d'), '7d'),
    describe('How long what a failed bake or roll-out left is kept, to look into it'),
  ),
  schedule: v.pipe(
    v.optional(text, 'cron(0 6 ? * SUN *)'),
    describe('When it runs: cron(...), rate(...) or at(...), as EventBridge Scheduler takes them'),
  ),
  timezone,
  dryRun: v.pipe(v.optional(flag, false), describe('The schedule only reports; the command retire does it manually')),
})

export type Retirement = v.InferOutput<typeof Retirement>
