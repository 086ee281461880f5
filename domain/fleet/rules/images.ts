import { componentPlatform, lineageOf, platformOf } from '../graph.ts'
import type { Fleet } from '../model.ts'
import { type FleetProblem, show, wrongValue } from '../problems.ts'
import { architectureOf } from '../upstreams.ts'
import { showDuration } from '../values.ts'
import type { Rule } from './scope.ts'

/** Images whose whole lineage is there; the others have a problem of their own already. */
export const rooted = (fleet: Fleet): string[] => Object.keys(fleet.images).filter((image) => leadsUp(fleet, image))

const leadsUp = (fleet: Fleet, image: string) => {
  const seen = new Set<string>()
  let name = image
  while (Object.hasOwn(fleet.images, name) && !seen.has(name)) {
    seen.add(name)
    name = fleet.images[name]?.parent ?? ''
  }
  return Object.hasOwn(fleet.upstreams, name) && !seen.has(name)
}

/** One operating system down the whole tree. */
export const onePlatform: Rule = ({ fleet }) =>
  rooted(fleet).flatMap((key) => {
    const platform = platformOf(fleet, key)
    return (fleet.images[key]?.components ?? []).flatMap(({ component }, i) => {
      const found = Object.hasOwn(fleet.components, component) ? fleet.components[component] : undefined
      const other = found && componentPlatform(found)
      return other && other !== platform
        ? [
            wrongValue(
              ['images', key, 'components', i, 'component'],
              `expected a component for ${platform}, the system of this image, found ${show(component)} for ${other}`,
              ['images', key, 'components', i],
            ),
          ]
        : []
    })
  })

/** Graviton families have a g after their generation, as m7g, c6gn, im4gn; a1 was the first. */
export const isArm = (instanceType: string) => /^(a1|[a-z]+\d+[a-z-]*g[a-z0-9-]*)\./.test(instanceType)

/** Instances must be able to run the AMI that they bake from. */
export const oneArchitecture: Rule = ({ fleet }) =>
  rooted(fleet).flatMap((key) => {
    const image = fleet.images[key]
    const upstream = lineageOf(fleet, key).at(-1) ?? ''
    const found = fleet.upstreams[upstream]
    const architecture = found && architectureOf(found)
    const types = Object.hasOwn(fleet.infrastructure, image?.infrastructure ?? '')
      ? fleet.infrastructure[image?.infrastructure ?? '']?.instanceTypes
      : undefined
    const odd = types?.find((type) => isArm(type) !== (architecture === 'arm64'))
    const findings: FleetProblem[] = []
    if (odd)
      findings.push(
        wrongValue(
          ['images', key, 'infrastructure'],
          `expected ${architecture} instance types, as the AMIs of ${show(upstream)} are, found ${show(image?.infrastructure)} with ${odd}`,
        ),
      )
    if (image && image.checks.ami.architecture !== architecture)
      findings.push(
        wrongValue(
          ['images', key, 'checks', 'ami', 'architecture'],
          `expected ${architecture}, as the AMIs of ${show(upstream)} are, found ${show(image.checks.ami.architecture)}`,
        ),
      )
    return findings
  })

export const enoughTime: Rule = ({ fleet, given }) =>
  Object.entries(fleet.images)
    .filter(([, image]) => image.timeout < image.estimate)
    .map(([key, image]) =>
      given(['images', key, 'timeout']) !== undefined
        ? wrongValue(
            ['images', key, 'timeout'],
            `expected at least the estimate, ${showDuration(image.estimate)}, found ${showDuration(image.timeout)}`,
          )
        : wrongValue(
            ['images', key, 'estimate'],
            `expected at most the timeout, ${showDuration(image.timeout)} by default, found ${showDuration(image.estimate)}`,
          ),
    )
