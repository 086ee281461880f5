import { limits } from '../../limits.ts'
import { fleetTag } from '../../names.ts'
import { componentDescription } from '../component-text.ts'
import { type FleetProblem, type Path, wrongKey, wrongValue } from '../problems.ts'
import { sizesOf } from '../sizes.ts'
import type { Rule } from './scope.ts'

const number = (value: number) => value.toLocaleString('en')

/** What a deploy would refuse, from the fleet alone: documents and lists that grow with it. */
export const sizes: Rule = ({ fleet, documents, read }) => {
  const texts = Object.entries(fleet.components).flatMap(([key, component]) => {
    if ('arn' in component) return []
    const text = component.file === undefined ? undefined : read?.(component.file)
    return [text ?? JSON.stringify(component.document ?? documents.get(key) ?? '')]
  })
  return sizesOf(fleet, texts).flatMap(({ limit, path, of, found }) => {
    const { what, most, unit, fix } = limits[limit]
    return found > most
      ? [
          wrongKey(
            path,
            `with ${of}, ${what} would have ${number(found)} ${unit}, and AWS takes ${number(most)}. ${fix}`,
          ),
        ]
      : []
  })
}

/** Image Builder takes the document of a component up to a size. */
export function tooLargeDocument(path: Path, document: string): FleetProblem[] {
  const { most, unit, fix } = limits['component-document']
  const found = Buffer.byteLength(document)
  return found > most
    ? [
        wrongValue(
          path,
          `expected at most ${number(most)} ${unit}, as Image Builder does, found ${number(found)}. ${fix}`,
        ),
      ]
    : []
}

/** A document of a workflow goes into the request that creates it. */
export function tooLongWorkflow(path: Path, document: string): FleetProblem[] {
  return tooLong(path, document, 'workflow-data')
}

/** Tags of Rebake's own, beside those of the fleet. */
const ownAmiTags = [fleetTag, 'rebake:image', 'rebake:ring']
const ownInstanceTags = [fleetTag]

/** What a list or a text of one part may have. */
export const parts: Rule = ({ fleet }) => [
  ...Object.entries(fleet.images).flatMap(([key, image]) => [
    ...tooLong(['images', key, 'description'], image.description, 'image-builder-description'),
    ...tooLong(['images', key, 'workingDirectory'], image.workingDirectory, 'working-directory'),
    ...image.rings.flatMap((name) =>
      tooManyTags(
        ['images', key, 'tags'],
        { ...image.tags, ...fleet.rings[name]?.tags },
        { own: ownAmiTags, limit: 'ami-tags' },
      ).slice(0, 1),
    ),
  ]),
  ...Object.entries(fleet.components).flatMap(([key, component]) =>
    !('arn' in component)
      ? tooLong(['components', key, 'description'], componentDescription(component), 'image-builder-description')
      : [],
  ),
  ...Object.entries(fleet.infrastructure).flatMap(([key, configuration]) => [
    ...tooLong(['infrastructure', key, 'description'], configuration.description, 'image-builder-description'),
    ...tooManyTags(['infrastructure', key, 'tags'], configuration.tags, {
      own: ownInstanceTags,
      limit: 'instance-tags',
    }),
  ]),
  ...Object.entries(fleet.workflows).flatMap(([key, workflow]) =>
    'description' in workflow
      ? tooLong(['workflows', key, 'description'], workflow.description, 'image-builder-description')
      : [],
  ),
  ...Object.entries(fleet.patchCycles).flatMap(([key, cycle]) =>
    tooLong(['patchCycles', key, 'description'], cycle.description, 'schedule-description'),
  ),
]

function tooLong(path: Path, text: string | undefined, limit: keyof typeof limits): FleetProblem[] {
  const { most, unit } = limits[limit]
  return (text?.length ?? 0) > most
    ? [wrongValue(path, `expected at most ${number(most)} ${unit}, as AWS does, found ${number(text?.length ?? 0)}`)]
    : []
}

function tooManyTags(
  path: Path,
  tags: Record<string, string>,
  { own, limit }: { own: string[]; limit: 'ami-tags' | 'instance-tags' },
): FleetProblem[] {
  const most = limits[limit].most - own.filter((key) => !(key in tags)).length
  const { length } = Object.keys(tags)
  return length > most
    ? [
        wrongKey(
          path,
          `expected at most ${most} tags, as AWS takes ${limits[limit].most} with Rebake's own, found ${length}`,
        ),
      ]
    : []
}
