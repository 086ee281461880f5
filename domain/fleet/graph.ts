import type { Component, Fleet, Platform } from './model.ts'

/**
 * The trees of images, for a fleet that parseFleet has accepted: every parent exists and nothing goes in circles.
 * Orders are those of the file.
 */

/** The images baked straight from an upstream or an image. */
export const childrenOf = (fleet: Fleet, name: string): string[] =>
  Object.keys(fleet.images).filter((image) => fleet.images[image]?.parent === name)

/** Everything below an upstream or an image; a parent always before its children. */
export const descendantsOf = (fleet: Fleet, name: string): string[] =>
  childrenOf(fleet, name).flatMap((child) => [child, ...descendantsOf(fleet, child)])

/** The image, its parent, and so on up to the upstream, which comes last. */
export const lineageOf = (fleet: Fleet, image: string): string[] => {
  const parent = Object.hasOwn(fleet.images, image) ? fleet.images[image]?.parent : undefined
  return parent === undefined ? [image] : [image, ...lineageOf(fleet, parent)]
}

/** 0 for an image that is baked straight from an upstream. */
export const depth = (fleet: Fleet, image: string): number => lineageOf(fleet, image).length - 2

/** The upstream at the root of an image's tree. */
export const upstreamOf = (fleet: Fleet, image: string): string => lineageOf(fleet, image).at(-1) as string

/** Seconds from the start of an image's bake to the end of the last bake below it, by the estimates. */
export const remainingPath = (fleet: Fleet, image: string): number =>
  (fleet.images[image]?.estimate ?? 0) +
  Math.max(0, ...childrenOf(fleet, image).map((child) => remainingPath(fleet, child)))

/** What a component runs on; AWS ends the names of its own components with the platform. */
export const componentPlatform = (component: Component): Platform | undefined => {
  if (component.platform || !('arn' in component)) return component.platform
  const [, platform] = /-(linux|windows)\//.exec(component.arn) ?? []
  return platform === 'linux' ? 'Linux' : platform === 'windows' ? 'Windows' : undefined
}

/** The operating system of an image: its upstream's, where that says so, or its first component's that does. */
export const platformOf = (fleet: Fleet, image: string): Platform | undefined => {
  const [upstream = '', ...images] = lineageOf(fleet, image).toReversed()
  const components = images.flatMap((name) => fleet.images[name]?.components ?? [])
  return [
    Object.hasOwn(fleet.upstreams, upstream) ? fleet.upstreams[upstream]?.platform : undefined,
    ...components.map(({ component }) => {
      const found = Object.hasOwn(fleet.components, component) ? fleet.components[component] : undefined
      return found && componentPlatform(found)
    }),
  ].find((platform) => platform !== undefined)
}
