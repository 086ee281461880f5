import * as v from 'valibot'
import { kindsOfUpstreams, upstreamSchemas } from '../upstream-kinds.ts'
import { describe, deviceName, object, oneOf, text } from './values.ts'

/** Where SOE AMIs come from: the part of fleet.yaml. An upstream has exactly one kind: domain/upstream-kinds.ts. */

export const platforms = ['Linux', 'Windows'] as const

export const Upstream = object({
  description: v.exactOptional(text),
  platform: v.pipe(
    v.exactOptional(oneOf(platforms)),
    describe('The operating system; otherwise it follows from the components of its images'),
  ),
  rootDevice: v.pipe(
    v.exactOptional(deviceName),
    describe('The root device of its AMIs. Default: that of the operating system, where that is known'),
  ),
  ...upstreamSchemas(),
})

export type Upstream = v.InferOutput<typeof Upstream>

/** The architecture, for a fleet whose upstreams may not be sound yet. */
export const architectureOf = (upstream: Upstream) =>
  kindsOfUpstreams.flatMap((kind) => upstream[kind]?.architecture ?? []).at(0)
