import type { ImagePipeline, ImageRecipe } from '@aws-sdk/client-imagebuilder'
import { nextVersion, parentKind } from '../../domain/adoption.ts'
import { type CheckKind, checkNeeds } from '../../domain/check-kinds.ts'
import type { Image } from '../../domain/fleet/model.ts'
import { list } from '../render/text.ts'

/** What blocks a fleet that adopts a pipeline, each in a sentence. */
export function inTheWay({ checks }: Image, { pipeline, unknown }: Found): string[] {
  const { status, schedule, imageTestsConfiguration, imageScanningConfiguration } = pipeline
  const isOn = {
    scanning: imageScanningConfiguration?.imageScanningEnabled === true,
    tests: imageTestsConfiguration?.imageTestsEnabled !== false,
    'enhanced image metadata': pipeline.enhancedImageMetadataEnabled !== false,
  }
  const off = (Object.keys(checks) as CheckKind[]).map((kind) => ({
    kind,
    missing: checkNeeds[kind].filter((need) => !isOn[need]),
  }))
  const problems = [
    status === 'DISABLED' && 'it is disabled: enable it',
    schedule?.scheduleExpression &&
      `it has a schedule of its own, ${schedule.scheduleExpression}, so that one change is baked twice: take it away`,
    ...off.map(
      ({ kind, missing }) => missing.length > 0 && `the check of ${kind} needs its ${list(missing)}: turn it on`,
    ),
    unknown.length > 0 &&
      `it or its recipe has ${list(unknown)}, which this version of Rebake would lose: a rebake that must change them is refused`,
  ]
  return problems.filter((problem) => typeof problem === 'string')
}

/** What its own distribution does that takes its AMI out of the account. */
export const outwards = (ways: readonly string[]): string[] =>
  ways.map(
    (way) =>
      `it ${way} before anything is checked, so no rebake starts it: take that out of its distribution configuration`,
  )

export interface Found {
  pipeline: ImagePipeline
  /** What this version of Rebake could not carry over. */
  unknown: string[]
}

/** What a rebake does with the recipe of an adopted pipeline. */
export function rebakeText({ parentImage = '', version = '', components = [] }: ImageRecipe, moved?: Components) {
  const pinned = parentKind(parentImage) === 'pinned'
  const changes = (moved ?? []).filter(({ componentArn }, i) => componentArn !== components[i]?.componentArn)
  const names = changes.map(({ componentArn = '' }) => componentArn.split('/').slice(1, 3).join(' '))
  const withThem = names.length > 0 ? ` with ${list(names)}` : ''
  if (pinned)
    return `pinned to ${parentImage}: a rebake makes version ${nextVersion(version)} of its recipe${withThem} and moves the pipeline`
  const follows = `follows ${parentImage}`
  return withThem
    ? `${follows}: a rebake makes version ${nextVersion(version)} of its recipe${withThem}, leaves the parent alone, and moves the pipeline`
    : `${follows}: left alone`
}

type Components = NonNullable<ImageRecipe['components']>
