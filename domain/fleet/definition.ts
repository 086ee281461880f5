import { createHash } from 'node:crypto'
import type { Component, Fleet } from './model.ts'

/**
 * What an image is made of beside its parent, as one fingerprint: components with their steps and parameters,
 * block devices, working directory and tags; of a pipeline that was there before, which one. Two definitions that bake the same AMI have the same.
 *
 * @param read the text of a component's file
 */
export function definitionOf(fleet: Fleet, image: string, read: (file: string) => string): string {
  const found = fleet.images[image]
  if (!found) throw new Error(`the fleet has no image ${image}`)
  const { pipeline, componentUpdates, components, volumes, workingDirectory, tags } = found
  const made = {
    ...(pipeline && { pipeline, componentUpdates: componentUpdates ?? 'pinned' }),
    components: components.map(({ component, parameters }) => ({
      steps: stepsOf(fleet.components[component], read),
      parameters: sorted(parameters),
    })),
    volumes,
    workingDirectory,
    tags: sorted(tags),
  }
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16)
}

/** Every image's fingerprint, by name. */
export const definitionsOf = (fleet: Fleet, read: (file: string) => string): Record<string, string> =>
  Object.fromEntries(Object.keys(fleet.images).map((image) => [image, definitionOf(fleet, image, read)]))

function stepsOf(component: Component | undefined, read: (file: string) => string): unknown {
  if (!component) return undefined
  if ('arn' in component) return component.arn
  return component.file === undefined ? component.document : read(component.file)
}

const sorted = (record: Record<string, string>) => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
