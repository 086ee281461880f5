import { type LimitName, limits } from '../limits.ts'
import { crossAccountRoleName, targetParameter } from '../names.ts'
import { kindsOfUpstreams, sourceIn } from '../upstream-kinds.ts'
import type { Fleet } from './model.ts'
import { buildSubnets, configurationNames, networksOf } from './network.ts'
import type { Path } from './problems.ts'
import { partitionOf } from './regions.ts'
import { volumeKeys } from './volumes.ts'

/**
 * How large what grows with a fleet becomes, without the CDK: an upper bound, a few per cent above what the templates have.
 * test/infra/sizes.test.ts synthesizes fleets at the borders and holds the numbers to the templates.
 */
export interface Size {
  limit: LimitName
  /** What of the fleet it grows with. */
  path: Path
  /** What grows, for people. */
  of: string
  found: number
}

/** Characters that a text takes in a list: its quotes and a comma. */
const listed = (texts: Iterable<string>): number => [...texts].reduce((sum, text) => sum + text.length + 3, 0)

/** Each differs from another in the account or in the region alone: infra/permissions.ts names the rest. */
const uniqueIn = (texts: string[]) => [...new Set(texts)]

const rings = ({ rings }: Fleet) => Object.values(rings)
const images = ({ images }: Fleet) => Object.values(images)
/** An upstream without a kind has a problem of its own. */
const sources = (fleet: Fleet) =>
  Object.entries(fleet.upstreams)
    .filter(([, upstream]) => kindsOfUpstreams.some((kind) => upstream[kind] !== undefined))
    .map(([name]) => sourceIn(fleet, name))

/** The stack of the build account: what each part of a fleet adds to it. */
const resources = (fleet: Fleet): number => {
  const { notify, patchCycles, retirement } = fleet
  const scripts = images(fleet).filter(({ checks }) => checks.smoke?.script !== undefined)
  const isSmokeTested = images(fleet).some(({ checks }) => checks.smoke)
  const own = images(fleet).filter(({ pipeline }) => pipeline === undefined)
  const places = sources(fleet).map((source) => `${source.kind} ${source.owner === fleet.build.account}`)
  const hints = images(fleet).length > 0 ? hintTopics(fleet).length : 0
  return (
    168 +
    3 * own.length +
    Object.values(fleet.components).filter((component) => !('arn' in component)).length +
    Object.values(fleet.workflows).filter((workflow) => !('arn' in workflow)).length +
    // With the role and the profile of its instances.
    2 * Object.keys(fleet.infrastructure).length +
    configurations(fleet).length +
    uniqueIn(places).length +
    2 * hints +
    2 * notify.email.length +
    Object.keys(notify.subscriptions).length +
    6 * Object.keys(notify.slack).length +
    (Object.keys(notify.chat).length > 0 ? 2 : 0) +
    Object.keys(notify.chat).length +
    Object.keys(patchCycles).length +
    (retirement ? 1 : 0) +
    (images(fleet).some(({ freshness }) => freshness !== undefined) ? 1 : 0) +
    (isSmokeTested ? 8 : 0) +
    scripts.length +
    (images(fleet).some(({ scanning }) => scanning) || fleet.cves ? 2 : 0) +
    (fleet.organization ? 1 : 0) +
    endpoints(fleet)
  )
}

/** Image Builder has one for each subnet of an infrastructure. */
const configurations = (fleet: Fleet): string[] =>
  Object.keys(fleet.infrastructure).flatMap((key) => configurationNames(fleet, key))

/** In a VPC five endpoints, that of S3 and a security group, with a rule for each group of the networks there. */
const endpoints = (fleet: Fleet): number => {
  const networks = networksOf(fleet).map(({ network }) => network)
  const made = uniqueIn(networks.flatMap(({ vpc, endpoints }) => (endpoints === 'create' ? vpc : [])))
  const groups = networks.flatMap((network) =>
    made.includes(network.vpc) ? buildSubnets(network).flatMap(({ securityGroups }) => securityGroups) : [],
  )
  return 7 * made.length + uniqueIn(groups).length
}

const hintTopics = (fleet: Fleet): string[] =>
  uniqueIn(
    Object.values(fleet.upstreams).flatMap((upstream) =>
      'parameter' in upstream && upstream.parameter?.announcements ? [upstream.parameter.announcements] : [],
    ),
  )

const partitionOfFleet = ({ build }: Fleet) => partitionOf(build.region) ?? 'aws'
const rootOf = (fleet: Fleet, account: string) => `arn:${partitionOfFleet(fleet)}:iam::${account}:root`

/** The accounts that rings list, and their organizational units, in each of three statements. */
const keyPolicy = (fleet: Fleet): number => {
  const accounts = uniqueIn(rings(fleet).flatMap((ring) => ring.accounts))
  const units = uniqueIn(rings(fleet).flatMap(({ organizationalUnits }) => organizationalUnits))
  const paths = units.map((unit) => `${fleet.organization}/*/${unit}/*`)
  return 1_600 + (fleet.organization ? 1_600 : 0) + 3 * listed(accounts) + 3 * listed(paths)
}

const adopted = (fleet: Fleet): string[] => images(fleet).flatMap(({ pipeline }) => pipeline ?? [])
const startBake = (fleet: Fleet): number =>
  2_950 +
  // What it takes to bake in another subnet.
  (configurations(fleet).length > Object.keys(fleet.infrastructure).length ? 1_000 : 0) +
  listed(adopted(fleet))

const checkFunctions = (fleet: Fleet): string[] =>
  uniqueIn(images(fleet).flatMap(({ checks }) => Object.values(checks.custom ?? {}).map((check) => check.function)))
const runCheck = (fleet: Fleet): number => {
  const isSmokeTested = images(fleet).some(({ checks }) => checks.smoke)
  return 1_200 + (isSmokeTested ? 1_200 : 0) + listed(checkFunctions(fleet))
}

/** The parameters of upstreams, in the functions that read them and in the pattern of their rule. */
const parameters = (fleet: Fleet) => sources(fleet).flatMap((source) => (source.kind === 'parameter' ? [source] : []))
const readUpstreams = (fleet: Fleet): number => {
  const { region } = fleet.build
  const arns = parameters(fleet).map(
    ({ account, parameter }) => `arn:aws-us-gov:ssm:${region}:${account}:parameter${parameter}`,
  )
  const accounts = uniqueIn(parameters(fleet).map(({ account }) => account))
  const roles = accounts
    .slice(0, 50)
    .map((account) => `arn:aws-us-gov:iam::${account}:role/${fleet.name}-read-upstream`)
  return 1_250 + listed(arns) + listed(roles)
}
const parameterPattern = (fleet: Fleet): number => {
  const { account: home } = fleet.build
  const names = (isHere: boolean) =>
    uniqueIn(parameters(fleet).flatMap(({ account, parameter }) => ((account === home) === isHere ? parameter : [])))
  return 130 + Math.max(listed(names(true)), listed(names(false)))
}
const imagePattern = (fleet: Fleet): number => {
  const { region, account } = fleet.build
  const prefix = `{"prefix":"arn:${partitionOfFleet(fleet)}:imagebuilder:${region}:${account}:image/`
  return (
    140 + listed(sources(fleet).flatMap((source) => (source.kind === 'image' ? `${prefix}${source.image}/"}` : [])))
  )
}

const otherAccounts = (fleet: Fleet): string[] =>
  uniqueIn(sources(fleet).map(({ owner }) => owner)).filter(
    (owner) => /^\d{12}$/.test(owner) && owner !== fleet.build.account,
  )
const environment = (fleet: Fleet): number => 320 + 13 * otherAccounts(fleet).length
const busPolicy = (fleet: Fleet): number =>
  250 + (fleet.organization ? 250 : 0) + listed(otherAccounts(fleet).map((account) => rootOf(fleet, account)))

/** Names of parameters and of the channels below them, with the regions that they are in. */
const publishRole = (fleet: Fleet): number => {
  const regions = uniqueIn(rings(fleet).flatMap((ring) => ring.regions))
  const names = uniqueIn(
    Object.entries(fleet.rings).flatMap(([name, ring]) => {
      const whole = targetParameter(ring.parameter, { fleet: fleet.name, image: '*', ring: name })
      return whole.endsWith('*') ? [whole] : [whole, `${whole}/*`]
    }),
  )
  const places = regions.length > 10 ? 1 : regions.length
  const shown = names.length * regions.length > 30 ? 1 : places
  const region = shown === 1 && regions.length > 1 ? '*' : 'ap-southeast-1'
  const arns = names.map((name) => `arn:aws-us-gov:ssm:${region}:111122223333:parameter${name}`)
  return 1_900 + 5 * 70 * places + shown * listed(arns)
}

const distributionRole = (fleet: Fleet): number => {
  const licenses = uniqueIn(rings(fleet).flatMap((ring) => ring.licenses))
  const named = rings(fleet).flatMap(({ kmsKeys = {} }) => Object.values(kmsKeys))
  const keys = uniqueIn([...named, ...volumeKeys(fleet)])
  const accounts = uniqueIn(rings(fleet).flatMap((ring) => ring.accounts))
  const roles = accounts.map((account) => `arn:aws-us-gov:iam::${account}:role/${crossAccountRoleName}`)
  return 1_550 + listed(licenses) + 2 * listed(keys) + (roles.length > 50 ? 0 : listed(roles))
}

/** What is in every component, with the escapes of JSON; a long one is in S3. */
const templateSize = (fleet: Fleet, texts: readonly string[]): number =>
  210_000 +
  1_500 * images(fleet).length +
  images(fleet).reduce((sum, image) => sum + 2 * JSON.stringify(image).length, 0) +
  3_000 * Object.keys(fleet.notify.slack).length +
  texts.reduce(
    (sum, text) =>
      sum + (text.length > limits['component-data'].most ? 0 : Buffer.byteLength(JSON.stringify(text))) + 600,
    0,
  )

/** Accounts, and an organizational unit or an organization once each. */
const shares = (fleet: Fleet): number => {
  const sharing = rings(fleet).filter(({ mode }) => mode === 'share')
  const accounts = uniqueIn(sharing.flatMap((ring) => ring.accounts))
  const units = uniqueIn(sharing.flatMap(({ organizationalUnits }) => organizationalUnits))
  return accounts.length + units.length + (sharing.some(({ organization }) => organization) ? 1 : 0)
}

const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/**
 * @param texts the documents of the fleet's own components, and the scripts of its smoke tests
 */
export function sizesOf(fleet: Fleet, texts: readonly string[] = []): Size[] {
  const accounts = uniqueIn(rings(fleet).flatMap((ring) => ring.accounts)).length
  const upstreams = many(Object.keys(fleet.upstreams).length, 'upstream')
  const inRings = many(accounts, 'account')
  return [
    { limit: 'stack-resources', path: ['images'], of: many(images(fleet).length, 'image'), found: resources(fleet) },
    {
      limit: 'template-size',
      path: ['components'],
      of: many(texts.length, 'component'),
      found: templateSize(fleet, texts),
    },
    { limit: 'key-policy', path: ['rings'], of: inRings, found: keyPolicy(fleet) },
    { limit: 'ami-shares', path: ['rings'], of: inRings, found: shares(fleet) },
    {
      limit: 'inline-policies',
      path: ['images'],
      of: many(adopted(fleet).length, 'adopted pipeline'),
      found: startBake(fleet),
    },
    {
      limit: 'inline-policies',
      path: ['images'],
      of: many(checkFunctions(fleet).length, 'check function'),
      found: runCheck(fleet),
    },
    { limit: 'inline-policies', path: ['upstreams'], of: upstreams, found: readUpstreams(fleet) },
    {
      limit: 'inline-policies',
      path: ['rings'],
      of: many(Object.keys(fleet.rings).length, 'ring'),
      found: publishRole(fleet),
    },
    { limit: 'inline-policies', path: ['rings'], of: 'keys and licenses', found: distributionRole(fleet) },
    {
      limit: 'event-pattern',
      path: ['upstreams'],
      of: upstreams,
      found: Math.max(parameterPattern(fleet), imagePattern(fleet)),
    },
    { limit: 'function-environment', path: ['upstreams'], of: upstreams, found: environment(fleet) },
    { limit: 'bus-policy', path: ['upstreams'], of: upstreams, found: busPolicy(fleet) },
  ]
}
