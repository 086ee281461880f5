import * as v from 'valibot'
import type { Fleet } from './fleet/model.ts'
import { ownAmis, ownImages, ownParameters } from './fleet/rules/ancestry.ts'
import { hintTopics } from './fleet/rules/hint-topics.ts'
import type { Rule } from './fleet/rules/scope.ts'
import type { Upstream } from './fleet/upstreams.ts'
import { account, architectures, describe, flag, matching, object, oneOf } from './fleet/values.ts'
import { imageNameOf } from './names.ts'
import type { Announcement, Reading } from './planning/announcements.ts'
import { refusedAs } from './planning/refusals.ts'
import { readSoeAmiReleased } from './planning/soe-ami-released.ts'

/**
 * The kinds of upstreams: where SOE AMIs come from. This file has what the domain asks of a kind, and aws/upstreams.ts,
 * infra/upstream-kinds.ts, cli/upstream-kinds.ts and rehearsal/upstream-kinds.ts what each of them asks: a new kind is a
 * row in each of the five. Nothing else looks at an upstream's kind.
 */

/** Each kind's key in an upstream of fleet.yaml. A function, because no bundle needs a schema of the fleet. */
export const upstreamSchemas = () => {
  const architecture = v.optional(oneOf(architectures), 'x86_64')
  const amiName = v.pipe(
    matching(/^[\w()[\]./'@\-*? ]{3,128}$/, 'an AMI name of 3 to 128 characters, * and ? allowed'),
    describe('The name of the AMIs; * stands for any characters, ? for one'),
  )
  const owner = v.pipe(
    v.exactOptional(
      v.union([account, v.literal('amazon', "an AWS account id in quotes, or 'amazon' for Amazon's own AMIs")]),
    ),
    describe("Whose AMIs they must be. Default: those of the account above; of a public parameter, Amazon's"),
  )
  return {
    ami: v.pipe(
      v.exactOptional(
        object({
          owner: v.pipe(account, describe('The account that owns the AMIs: releases of any other are refused')),
          name: amiName,
          architecture,
        }),
      ),
      describe('AMIs of an account, known by their name'),
    ),
    parameter: v.pipe(
      v.exactOptional(
        object({
          name: v.pipe(
            matching(/^(\/[\w.-]+){1,15}$|^[\w.-]+$/, 'the name of an SSM parameter, such as /soe/al2023'),
            describe('An SSM parameter that holds an AMI id. Public ones begin with /aws/service/'),
          ),
          account: v.pipe(
            v.exactOptional(account),
            describe('The account that has the parameter. Default: the build account'),
          ),
          owner,
          amiName: v.exactOptional(amiName),
          architecture,
          announcements: v.pipe(
            v.exactOptional(
              matching(
                /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
                'the ARN of an SNS topic, such as arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates',
              ),
            ),
            describe('An SNS topic whose messages say that it is worth a look'),
          ),
        }),
      ),
      describe('The AMI that an SSM parameter names'),
    ),
    image: v.pipe(
      v.exactOptional(
        object({
          name: v.pipe(
            matching(/^[a-z0-9][a-z0-9-_]{0,127}$/, "the name in the image's ARN, such as soe-al2023"),
            describe('Its name as in its ARN: lower case, - for blanks'),
          ),
          architecture,
        }),
      ),
      describe('An Image Builder image of the build account that is not of this fleet'),
    ),
    event: v.pipe(
      v.exactOptional(
        object({
          account: v.pipe(account, describe('The account that sends "SOE AMI Released" events')),
          owner,
          amiName: v.exactOptional(amiName),
          architecture,
          emergencies: v.pipe(
            v.optional(flag, false),
            describe('Whether its events may call a release an emergency, which no freeze holds up'),
          ),
        }),
      ),
      describe('AMIs that a team announces itself: docs/events.md'),
    ),
  }
}

export type UpstreamKind = keyof ReturnType<typeof upstreamSchemas>

interface Expected {
  /** An account id, or `amazon`: whose AMIs are believed. */
  owner: string
  /** A pattern with * and ?; undefined where any name will do. */
  amiName?: string | undefined
  architecture: (typeof architectures)[number]
}

/** What tells where the AMIs of one kind are. */
interface Places {
  ami: { amiName: string }
  /** `account` is '' for a public parameter: it is AWS's. */
  parameter: { parameter: string; account: string; announcements?: string | undefined }
  image: { image: string }
  event: { account: string; emergencies: boolean }
}

/** An upstream with everything filled in: of any kind, or of one. */
export type Source<K extends UpstreamKind = UpstreamKind> = { [P in K]: { kind: P } & Expected & Places[P] }[K]

interface Row<K extends UpstreamKind> {
  /** What fleet.yaml says, with everything filled in. */
  sourceOf(given: NonNullable<Upstream[K]>, buildAccount: string): Source<K>
  /** The `detail-type` of the events that tell of its releases. */
  announcedBy: string
  /** Reads such an event, as one of these upstreams, which are all of this kind and come by name. */
  read(event: Announcement, upstreams: [name: string, source: Source<K>][], build: Fleet['build']): Reading
  /**
   * Whether its events tell of other AMIs as well: then one of another name or architecture is no news, and otherwise it is a
   * mistake.
   */
  isAmongOthers: boolean
  /** Whether its AMIs are always the build account's own. */
  isBuildAccounts: boolean
  /** Whether an event tells of its releases. */
  hasEvents(source: Source<K>): boolean
  /** An SNS topic whose messages say that a look is worth it. */
  hints?(source: Source<K>): string | undefined
  /** Whether there is a place to look for its newest AMI; otherwise only its events say which AMIs are its. */
  isPolled(source: Source<K>): boolean
  /** Whether its events may call a release an emergency. */
  callsEmergencies(source: Source<K>): boolean
}

const always = () => true
const never = () => false
const isPublic = (parameter: string) => parameter.startsWith('/aws/service/')

export const upstreamKinds: { [K in UpstreamKind]: Row<K> } = {
  ami: {
    sourceOf: ({ owner, name, architecture }) => ({ kind: 'ami', owner, amiName: name, architecture }),
    announcedBy: 'EC2 AMI State Change',
    read: ({ detail, region, account }, upstreams, build) => {
      if (detail.State !== 'available') return { ignored: `it is ${detail.State}, not available` }
      if (region !== build.region) return refusedAs('other-region', { region, expected: build.region })
      // The releases bus also carries the AMI events of accounts that announce in another way.
      if (upstreams.length === 0) return { ignored: `no upstream is the AMIs of account ${account}` }
      return { upstreams: upstreams.map(([name]) => name), look: { ami: String(detail.ImageId) } }
    },
    isAmongOthers: true,
    isBuildAccounts: false,
    hasEvents: always,
    isPolled: always,
    callsEmergencies: never,
  },

  parameter: {
    sourceOf: ({ name, account: given, owner, amiName, architecture, announcements }, buildAccount) => {
      const account = isPublic(name) ? '' : (given ?? buildAccount)
      return {
        kind: 'parameter',
        parameter: name,
        account,
        owner: owner ?? (account || 'amazon'),
        amiName,
        architecture,
        announcements,
      }
    },
    announcedBy: 'Parameter Store Change',
    read: ({ detail, account, region }, upstreams, build) => {
      const named = upstreams.filter(([, source]) => source.parameter === detail.name && source.account === account)
      const [first] = named
      if (!first || region !== build.region)
        return { ignored: `no upstream is the parameter ${detail.name} of account ${account} in ${region}` }
      if (detail.operation === 'Delete') return refusedAs('parameter-deleted', { parameter: detail.name })
      return { upstreams: named.map(([name]) => name), look: { newestOf: first[0] } }
    },
    isAmongOthers: false,
    isBuildAccounts: false,
    // A public parameter tells nobody of its changes.
    hasEvents: ({ account }) => account !== '',
    hints: ({ announcements }) => announcements,
    isPolled: always,
    callsEmergencies: never,
  },

  image: {
    sourceOf: ({ name, architecture }, buildAccount) => ({
      kind: 'image',
      image: name,
      owner: buildAccount,
      architecture,
    }),
    announcedBy: 'EC2 Image Builder Image State Change',
    read: ({ resources }, upstreams) => {
      const [imageArn = ''] = resources
      const named = upstreams.filter(([, source]) => imageNameOf(imageArn) === source.image)
      return named.length > 0
        ? { upstreams: named.map(([name]) => name), look: { imageArn } }
        : { ignored: `no upstream is the image ${imageArn}` }
    },
    isAmongOthers: false,
    isBuildAccounts: true,
    hasEvents: always,
    isPolled: always,
    callsEmergencies: never,
  },

  event: {
    sourceOf: (given) => ({ kind: 'event', ...given, owner: given.owner ?? given.account }),
    announcedBy: 'SOE AMI Released',
    read: ({ detail, account }, upstreams) => {
      const read = readSoeAmiReleased(detail)
      if ('wrong' in read) return refusedAs('malformed', { wrong: read.wrong })
      const { upstream, ami, emergency, reason } = read.released
      const [, source] = upstreams.find(([name]) => name === upstream) ?? []
      if (!source) return { ...refusedAs('unknown-upstream', { upstream }), upstream }
      if (source.account !== account)
        return { ...refusedAs('wrong-announcer', { account, upstream, expected: source.account }), upstream }
      return {
        upstreams: [upstream],
        look: { ami },
        ...(emergency !== undefined && { emergency }),
        ...(reason !== undefined && { reason }),
      }
    },
    isAmongOthers: false,
    isBuildAccounts: false,
    hasEvents: always,
    isPolled: ({ amiName }) => amiName !== undefined,
    callsEmergencies: ({ emergencies }) => emergencies,
  },
}

/** What the fleet file may not say of an upstream, by the kind that it is about. No bundle needs these either. */
export const upstreamRules: Record<UpstreamKind, Rule[]> = {
  ami: [ownAmis],
  parameter: [hintTopics, ownParameters],
  image: [ownImages],
  event: [],
}

export const kindsOfUpstreams = Object.keys(upstreamKinds) as UpstreamKind[]

/** Undefined for an upstream of another kind. */
const sourceAs = <K extends UpstreamKind>(kind: K, upstream: Upstream, buildAccount: string): Source<K> | undefined => {
  const given = upstream[kind]
  return given && upstreamKinds[kind].sourceOf(given, buildAccount)
}

/** @throws when it is of no kind; parseFleet has refused that. */
export function sourceOf(upstream: Upstream, buildAccount: string): Source {
  for (const kind of kindsOfUpstreams) {
    const source: Source | undefined = sourceAs(kind, upstream, buildAccount)
    if (source) return source
  }
  throw new Error(`an upstream without ${kindsOfUpstreams.slice(0, -1).join(', ')} or ${kindsOfUpstreams.at(-1)}`)
}

/** Where an upstream's AMIs come from, and what they must be. */
export function sourceIn(fleet: Fleet, upstream: string): Source {
  const found = fleet.upstreams[upstream]
  if (!found) throw new Error(`the fleet has no upstream ${upstream}`)
  return sourceOf(found, fleet.build.account)
}

/** The upstreams of one kind by name, in the order of the fleet. */
export const sourcesOfKind = <K extends UpstreamKind>(fleet: Fleet, kind: K): [name: string, source: Source<K>][] =>
  Object.entries(fleet.upstreams).flatMap(([name, upstream]): [string, Source<K>][] => {
    const source = sourceAs(kind, upstream, fleet.build.account)
    return source ? [[name, source]] : []
  })

/** The kind whose releases events of this `detail-type` tell of. */
export const kindAnnouncedBy = (detailType: string): UpstreamKind | undefined =>
  kindsOfUpstreams.find((kind) => upstreamKinds[kind].announcedBy === detailType)

/** Whether an event tells of its releases. */
export const hasEvents = <K extends UpstreamKind>(source: Source<K>): boolean =>
  upstreamKinds[source.kind].hasEvents(source)

/** The SNS topic whose messages say that a look is worth it, where there is one. */
export const hintTopicOf = <K extends UpstreamKind>(source: Source<K>): string | undefined =>
  upstreamKinds[source.kind].hints?.(source)

/** Whether nothing tells of its releases: they are found when somebody looks. */
export const isSilent = (source: Source): boolean => !hasEvents(source) && hintTopicOf(source) === undefined

/** Whether there is a place to look for its newest AMI; otherwise only its events say which AMIs are its. */
export const isPolled = <K extends UpstreamKind>(source: Source<K>): boolean =>
  upstreamKinds[source.kind].isPolled(source)

/** Whether its events may call a release an emergency. */
export const callsEmergencies = <K extends UpstreamKind>(source: Source<K>): boolean =>
  upstreamKinds[source.kind].callsEmergencies(source)
