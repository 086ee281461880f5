import * as v from 'valibot'
import { lineageOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { FleetInvalid } from '../domain/fleet/parse.ts'
import { didYouMean, type FleetProblem, wrongKey, wrongValue } from '../domain/fleet/problems.ts'
import { inspect } from '../domain/fleet/structure.ts'
import { account, flag, listOf, matching, object, oneOf, reference, text } from '../domain/fleet/values.ts'
import { readYaml } from '../domain/fleet/yaml-source.ts'
import { sourceIn } from '../domain/upstream-kinds.ts'

/** How a team made a pipeline before there was Rebake; what is left out is sound. */
const Pipeline = object({
  /** How its recipe names its parent: the AMI itself, `.../x.x.x` of the parent's image, or a parameter of the team. */
  parent: v.optional(oneOf(['ami', 'image', 'parameter']), 'ami'),
  /** How its recipe encrypts the root; none: it says nothing of any volume. */
  volumes: v.optional(oneOf(['customer-key', 'aws-managed-key', 'unencrypted', 'none']), 'customer-key'),
  /** cron(...) or rate(...) */
  schedule: v.exactOptional(text),
  status: v.optional(oneOf(['ENABLED', 'DISABLED']), 'ENABLED'),
  /** Accounts that its own distribution shares its AMIs with. */
  sharedWith: v.optional(listOf(account), []),
  recipe: v.optional(oneOf(['image', 'container']), 'image'),
  /** gone: the pipeline names a role that somebody has deleted. */
  executionRole: v.optional(oneOf(['own', 'none', 'gone']), 'own'),
  /** waits: its build waits for somebody to answer. */
  workflow: v.optional(oneOf(['default', 'waits']), 'default'),
  /** Whether Terraform made it, as its tags say. */
  terraform: v.optional(flag, false),
})
export type PipelineTraits = v.InferOutput<typeof Pipeline>

const Estate = object({
  pipelines: v.optional(v.record(reference('an image'), Pipeline, 'pipelines by image'), {}),
  /** Names of pipelines of the build account that the fleet does not have. */
  others: v.optional(
    v.pipe(
      listOf(
        matching(
          /^[a-z0-9][a-z0-9_-]{0,126}$/,
          'the name of a pipeline as in its ARN: lower-case letters, digits, - and _',
        ),
      ),
      v.check((names) => new Set(names).size === names.length, 'names, each once'),
    ),
    [],
  ),
})

/** What a build account had before the fleet: each adopted pipeline by its image, and those that are nobody's. */
export type Estate = v.InferOutput<typeof Estate>

/** All is sound, and there is nothing else. */
export const soundEstate: Estate = { pipelines: {}, others: [] }

export const traitsOf = ({ pipelines }: Estate, image: string): PipelineTraits =>
  pipelines[image] ?? v.parse(Pipeline, {})

/**
 * @param file its path, as messages show it
 * @throws FleetInvalid with everything that is wrong
 */
export function parseEstate(fleet: Fleet, content: string, file: string): Estate {
  const source = readYaml(content, file)
  const value = source.value ?? {}
  const problems = [...source.problems, ...inspect(Estate, value, source.written).map(source.place)]
  if (problems.length > 0) throw new FleetInvalid(problems)
  const estate = v.parse(Estate, value)
  const impossible = Object.keys(estate.pipelines).flatMap((image) => notInFleet(fleet, estate, image))
  if (impossible.length > 0) throw new FleetInvalid(impossible.map(source.place))
  return estate
}

function notInFleet(fleet: Fleet, { pipelines }: Estate, image: string): FleetProblem[] {
  const path = ['pipelines', image]
  const adopted = Object.keys(fleet.images).filter((name) => fleet.images[name]?.pipeline)
  if (!adopted.includes(image))
    return [wrongKey(path, `expected an image that adopts a pipeline, found '${image}'${didYouMean(image, adopted)}`)]
  const [, parent = ''] = lineageOf(fleet, image)
  const isImage = adopted.includes(parent) || (fleet.upstreams[parent] && sourceIn(fleet, parent).kind === 'image')
  return pipelines[image]?.parent === 'image' && !isImage
    ? [
        wrongValue(
          [...path, 'parent'],
          `expected ami or parameter: ${parent}, its parent, is no Image Builder image before the fleet is deployed`,
        ),
      ]
    : []
}
