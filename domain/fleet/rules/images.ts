import { componentPlatform, lineageOf, platformOf } from '../graph.ts'
import type { Fleet, Image } from '../model.ts'
import { type FleetProblem, show, wrongKey, wrongValue } from '../problems.ts'
import { architectureOf } from '../upstreams.ts'
import { showDuration } from '../values.ts'
import { isRoot, rootDevices, rootVolumeOf } from '../volumes.ts'
import { type Rule, repeated } from './scope.ts'

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

const withIops = ['gp3', 'io1', 'io2']

export const volumes: Rule = ({ fleet }) =>
  Object.entries(fleet.images).flatMap(([key, image]) => [
    ...repeated(image.volumes.map(({ device }) => device)).map(([device, i]) =>
      wrongValue(['images', key, 'volumes', i, 'device'], `expected each device once, found ${show(device)} again`),
    ),
    ...image.volumes.flatMap(({ type, iops, throughput }, i) => {
      const path = ['images', key, 'volumes', i] as const
      if (iops !== undefined && !withIops.includes(type))
        return [wrongValue([...path, 'iops'], `expected no iops: a ${type} volume has none to set`)]
      if (throughput !== undefined && type !== 'gp3')
        return [wrongValue([...path, 'throughput'], `expected no throughput: only a gp3 volume has one to set`)]
      return []
    }),
  ])

const goesToOthers = ({ rings, build }: Fleet, image: Image) =>
  image.rings.some((name) => {
    const ring = Object.hasOwn(rings, name) ? rings[name] : undefined
    if (!ring) return false
    const isOpen = ring.organization || ring.organizationalUnits.length > 0
    return isOpen || ring.accounts.some((account) => account !== build.account)
  })

/**
 * What leaves the account is encrypted with the fleet's key, the root first of all: a recipe that does not name it leaves it
 * to the parent and to the account's default encryption. The images of one upstream have one root.
 * https://repost.aws/knowledge-center/image-builder-distr-error-encrypted-ami
 */
export const roots: Rule = ({ fleet }) => {
  const own = rooted(fleet).filter((key) => !fleet.images[key]?.pipeline)
  const lacks = (key: string) =>
    own.includes(key) && !rootVolumeOf(fleet, key) && goesToOthers(fleet, fleet.images[key] as Image)
  const named = new Map<string, { image: string; device: string }>()
  return own.flatMap((key) => {
    const image = fleet.images[key] as Image
    const upstream = lineageOf(fleet, key).at(-1) ?? ''
    // What a parent lacks is said of the parent.
    if (lacks(key))
      return lacks(image.parent)
        ? []
        : [
            wrongKey(
              ['images', key],
              `expected the root in 'volumes', ${rootDevices.join(' or ')} as the AMIs of ${show(upstream)} have it: otherwise the fleet's key does not encrypt it, and it reaches no other account`,
            ),
          ]
    return image.volumes.flatMap((volume, i) => {
      if (!isRoot(volume)) return []
      const first = named.get(upstream) ?? { image: key, device: volume.device }
      named.set(upstream, first)
      return first.device === volume.device
        ? []
        : [
            wrongValue(
              ['images', key, 'volumes', i, 'device'],
              `expected ${first.device}, the root that ${show(first.image)} names: the AMIs of ${show(upstream)} have one, found ${show(volume.device)}`,
            ),
          ]
    })
  })
}

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
