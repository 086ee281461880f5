import type { Fleet, Ring } from '../domain/fleet/model.ts'
import { hintTopicOf, type Source, sourceIn, type UpstreamKind } from '../domain/upstream-kinds.ts'
import { upstreamKinds } from './upstream-kinds.ts'

const unique = (values: string[]) => [...new Set(values)].sort()

/** Every account that a ring lists. */
export const targetAccounts = (fleet: Fleet) => unique(Object.values(fleet.rings).flatMap((ring) => ring.accounts))

/** Whether a ring goes to accounts that nobody lists: those of organizational units, or of the organization. */
export const reachesOrganization = (fleet: Fleet) =>
  Object.values(fleet.rings).some(
    ({ organization, organizationalUnits }) => organization || organizationalUnits.length > 0,
  )

/** The pipelines that were there before. */
export const adoptedPipelines = (fleet: Fleet) => Object.values(fleet.images).flatMap(({ pipeline }) => pipeline ?? [])

/** Every region that a ring distributes to. */
export const targetRegions = (fleet: Fleet) => unique(Object.values(fleet.rings).flatMap((ring) => ring.regions))

/**
 * The rings whose targets need the fleet's key of a region: in the build region all of them, as it encrypts what they copy
 * from, and elsewhere those that name no other key.
 */
export const ringsWithFleetKey = ({ build, rings }: Fleet, region: string): Ring[] =>
  Object.values(rings).filter(
    (ring) => region === build.region || (ring.regions.includes(region) && !ring.kmsKeys?.[region]),
  )

/** The regions beside the build region in which the fleet needs a key. */
export const regionsWithFleetKey = (fleet: Fleet): string[] =>
  targetRegions(fleet).filter((region) => region !== fleet.build.region && ringsWithFleetKey(fleet, region).length > 0)

/** The keys that rings name: with {account} where each target has its own. */
export const namedKeys = (fleet: Fleet): string[] =>
  unique(Object.values(fleet.rings).flatMap(({ kmsKeys = {} }) => Object.values(kmsKeys)))

/** Where every upstream comes from, in the order of the fleet. */
const sourcesOf = (fleet: Fleet): Source[] => Object.keys(fleet.upstreams).map((name) => sourceIn(fleet, name))

const accountOf = <K extends UpstreamKind>(source: Source<K>): string => upstreamKinds[source.kind].account(source)

const parameterOf = <K extends UpstreamKind>(source: Source<K>) => upstreamKinds[source.kind].parameter?.(source)

/** Other accounts that tell of releases: they may put events on the releases bus, and have the SOE account's stack. */
export const upstreamAccounts = (fleet: Fleet) =>
  unique(sourcesOf(fleet).map(accountOf)).filter((account) => account !== '' && account !== fleet.build.account)

/** The parameters that name upstreams' AMIs, in the order of the fleet; the account is '' for a public one. */
export const upstreamParameters = (fleet: Fleet) => sourcesOf(fleet).flatMap((source) => parameterOf(source) ?? [])

/** Those of them that other accounts keep. */
export const foreignParameters = (fleet: Fleet) =>
  upstreamParameters(fleet).filter(({ account }) => account !== '' && account !== fleet.build.account)

/** Other accounts that keep a parameter which names an upstream's AMI. */
export const parameterAccounts = (fleet: Fleet) => unique(foreignParameters(fleet).map(({ account }) => account))

/** The SNS topics that upstreams give hints on. */
export const hintTopics = (fleet: Fleet) => sourcesOf(fleet).flatMap((source) => hintTopicOf(source) ?? [])
