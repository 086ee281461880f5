import { longestBetweenLooks } from '../../alarms.ts'
import { distributionName, fleetKeyAlias } from '../../names.ts'
import type { Ring } from '../model.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { partitionOf, untriedPartitions } from '../regions.ts'
import { showDuration } from '../values.ts'
import { type Rule, repeated, ringsGiven } from './scope.ts'

export const noRepeats: Rule = (scope) => [
  ...Object.entries(scope.fleet.rings).flatMap(([key, ring]) => [
    ...(['accounts', 'organizationalUnits', 'except', 'licenses'] as const).flatMap((list) =>
      once(['rings', key, list], ring[list]),
    ),
    ...once(['rings', key, 'regions'], ring.regions),
  ]),
  ...Object.keys(scope.fleet.images).flatMap((key) => once(['images', key, 'rings'], ringsGiven(scope, key))),
]

const once = (path: Path, values: string[]) =>
  repeated(values).map(([value, i]) => wrongValue([...path, i], `expected each once, found ${show(value)} again`))

/** Two rings with one account and region would move one pointer at two times. */
export const noOverlap: Rule = ({ fleet }) => {
  const rings = Object.entries(fleet.rings)
  const used = Object.values(fleet.images).map((image) => image.rings)
  return rings.flatMap(([key, ring], later) =>
    rings.slice(0, later).flatMap(([other, earlier]) => {
      const index = ring.accounts.findIndex((account) => earlier.accounts.includes(account))
      const region = ring.regions.find((name) => earlier.regions.includes(name))
      const together = used.some((names) => names.includes(key) && names.includes(other))
      return index >= 0 && region && together
        ? [
            wrongValue(
              ['rings', key, 'accounts', index],
              `expected an account and region in one ring only, found ${ring.accounts[index]} in ${region} in ring ${show(other)} too`,
            ),
          ]
        : []
    }),
  )
}

/** A distribution configuration is named after its image and its ring: a-b with c is a with b-c. */
export const distinctNames: Rule = ({ fleet }) => {
  const names = Object.entries(fleet.images).flatMap(([key, image]) =>
    image.rings.map((ring) => ({ image: key, ring, name: distributionName(fleet.name, key, ring) })),
  )
  return repeated(names.map(({ name }) => name)).flatMap(([name, i]) => {
    const other = names.find((first) => first.name === name)
    return other?.image === names[i]?.image
      ? []
      : [
          wrongKey(
            ['images', names[i]?.image ?? ''],
            `expected another name: with ring ${show(names[i]?.ring)} it makes '${name}', as ${show(other?.image)} does with ring ${show(other?.ring)}`,
          ),
        ]
  })
}

/** An alarm is asked after the soak, and after an approval of the next ring: CloudWatch must remember all that was between. */
export const alarmsRemembered: Rule = ({ fleet }) => {
  const most = `28d at most where an alarm is asked after it, as CloudWatch forgets`
  const soaks = Object.entries(fleet.rings).flatMap(([key, ring]) =>
    ring.alarm && ring.soak > longestBetweenLooks
      ? [wrongValue(['rings', key, 'soak'], `expected ${most}, found ${showDuration(ring.soak)}`)]
      : [],
  )
  const after = new Set(
    Object.values(fleet.images).flatMap(({ rings }) =>
      rings.filter((_, at) => fleet.rings[rings[at - 1] ?? '']?.alarm),
    ),
  )
  const approvals = [...after].flatMap((key) => {
    const timeout = fleet.rings[key]?.approval?.timeout ?? 0
    return timeout > longestBetweenLooks
      ? [wrongValue(['rings', key, 'approval', 'timeout'], `expected ${most}, found ${showDuration(timeout)}`)]
      : []
  })
  return [...soaks, ...approvals]
}

/** Image Builder copies within one partition. */
/** A deploy that nobody has tried is refused, with the reason, before it fails half-way. */
export const triedPartition: Rule = ({ region }) => {
  const partition = partitionOf(region ?? '') ?? ''
  const ending = untriedPartitions[partition]
  return ending === undefined
    ? []
    : [
        wrongValue(
          ['build', 'region'],
          `expected a region of another partition than ${partition}: names of services end in ${ending} there, and nobody has deployed Rebake there yet, found ${show(region)}`,
        ),
      ]
}

export const onePartition: Rule = ({ fleet, region: home }) => {
  if (!home) return []
  return Object.entries(fleet.rings).flatMap(([key, ring]) =>
    ring.regions.flatMap((name, i) =>
      partitionOf(name) === partitionOf(home)
        ? []
        : [
            wrongValue(
              ['rings', key, 'regions', i],
              `expected a region of partition ${partitionOf(home)}, as the build region ${home} is, found ${show(name)} of ${partitionOf(name)}`,
            ),
          ],
    ),
  )
}

export const placeholders = ['{fleet}', '{image}', '{ring}']

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
export const parameters: Rule = ({ fleet }) =>
  Object.entries(fleet.rings).flatMap(([key, ring]) => {
    const problem = wrongParameter(ring.parameter)
    const found = problem?.includes('found') ? '' : `, found ${show(ring.parameter)}`
    return problem ? [wrongValue(['rings', key, 'parameter'], `${problem}${found}`)] : []
  })

const wrongParameter = (template: string): string | undefined => {
  const unknown = [...template.matchAll(/\{[^{}]*\}/g)].find(([whole]) => !placeholders.includes(whole))
  if (unknown)
    return `expected no placeholders but ${placeholders.join(', ')}, found ${show(unknown[0])}${didYouMean(unknown[0], placeholders)}`
  if (!template.startsWith('/')) return `expected a parameter name that starts with '/'`
  if (/^\/(aws|ssm)/i.test(template))
    return `expected a parameter name that does not start with /aws or /ssm, which SSM keeps`
  if (!template.includes('{image}')) return 'expected {image} in the parameter name, so that each image has its own'
  const sample = template.replace(/\{\w+\}/g, 'x')
  if (!/^(\/[\w.-]+){1,14}$/.test(sample))
    return 'expected a parameter name of at most 14 levels, of letters, digits and . - _: channels are one below it'
  return undefined
}

export const keys: Rule = ({ fleet }) =>
  Object.entries(fleet.rings).flatMap(([name, ring]) =>
    Object.entries(ring.kmsKeys ?? {}).flatMap(([region, arn]) => [
      ...wrongKmsKey(name, ring, region, arn),
      ...(arn.endsWith(`:${fleet.build.account}:${fleetKeyAlias(fleet.name)}`)
        ? [
            wrongValue(
              ['rings', name, 'kmsKeys', region],
              `expected another key than the fleet's own, found ${show(arn)}: leave it out`,
            ),
          ]
        : []),
    ]),
  )

const wrongKmsKey = (name: string, ring: Ring, region: string, arn: string): FleetProblem[] => {
  const path = ['rings', name, 'kmsKeys', region]
  if (!ring.regions.includes(region))
    return [wrongKey(path, `expected a region of this ring, found ${show(region)}${didYouMean(region, ring.regions)}`)]
  if (arn.includes(':alias/aws/'))
    return [
      wrongValue(
        path,
        `expected a customer managed key, as no other account can use what is encrypted with one that AWS manages, found ${show(arn)}: leave it out for the fleet's own key`,
      ),
    ]
  const found = arn.split(':')[3]
  return found === region ? [] : [wrongValue(path, `expected a key in ${region}, found one in ${found}`)]
}
