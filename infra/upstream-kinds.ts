import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { Source, UpstreamKind } from '../domain/upstream-kinds.ts'
import type { Arns } from './arns.ts'

/** Events that may tell of a release. */
export interface AnnouncementRule {
  id: string
  /** The rule's, after the fleet's. */
  name: string
  description: string
  /** Other accounts' events come to the releases bus, those of the build account to its default bus. */
  from: 'others' | 'here'
  pattern: EventPattern
}

/** What the account of an upstream sends to the releases bus. */
export interface Forward {
  id: string
  what: string
  pattern: EventPattern
}

/** The upstreams of one kind: those that tell from other accounts, and those that tell from the build account. */
export interface SourcesByPlace<K extends UpstreamKind> {
  others: Source<K>[]
  here: Source<K>[]
}

interface Row<K extends UpstreamKind> {
  /** The account whose events tell of its releases; '' for AWS's, of which no event comes. */
  account(source: Source<K>): string
  /** The rules that these upstreams, at least one, need in the build account. */
  rules(sources: SourcesByPlace<K>, arns: Pick<Arns, 'image'>): AnnouncementRule[]
  /** What the stack of the other accounts sends on, for these upstreams of theirs; undefined where that is nothing. */
  forward?(others: Source<K>[]): Forward
  /** The parameter that is read to find its AMI, where one is, and the account that has it. */
  parameter?(source: Source<K>): { name: string; account: string }
}

const amiAvailable: EventPattern = {
  source: ['aws.ec2'],
  detailType: ['EC2 AMI State Change'],
  detail: { State: ['available'] },
}

/** What the CDK's Match makes, without the CDK: commands read this table, too. Its types know no matcher. */
const beginningWith = (prefixes: string[]) => prefixes.map((prefix) => ({ prefix })) as unknown as string[]

/** Teams that announce their own AMIs choose their own source. */
const soeAmiReleased: EventPattern = { detailType: ['SOE AMI Released'] }

const parametersChanged = (sources: Source<'parameter'>[]): EventPattern => ({
  source: ['aws.ssm'],
  detailType: ['Parameter Store Change'],
  detail: {
    name: [...new Set(sources.map(({ parameter }) => parameter))],
    operation: ['Create', 'Update', 'Delete'],
  },
})

/** The rules of one kind: one for the releases bus, and one for the default bus, as far as they are needed. */
const eachWhereNeeded = <K extends UpstreamKind>(
  { others, here }: SourcesByPlace<K>,
  rules: { others: (sources: Source<K>[]) => AnnouncementRule; here: (sources: Source<K>[]) => AnnouncementRule },
): AnnouncementRule[] => {
  const needed: AnnouncementRule[] = []
  if (others.length > 0) needed.push(rules.others(others))
  if (here.length > 0) needed.push(rules.here(here))
  return needed
}

/** How releases of each kind of upstream reach the build account. */
export const upstreamKinds: { [K in UpstreamKind]: Row<K> } = {
  ami: {
    account: ({ owner }) => owner,
    rules: (sources) =>
      eachWhereNeeded(sources, {
        others: () => ({
          id: 'AmiReleased',
          name: 'receive-release',
          from: 'others',
          pattern: amiAvailable,
          description: 'An AMI became available in an account of an upstream',
        }),
        here: () => ({
          id: 'OwnAmiReleased',
          name: 'own-release',
          from: 'here',
          pattern: amiAvailable,
          description: 'An AMI became available in the build account, which owns an upstream',
        }),
      }),
    forward: () => ({ id: 'Releases', what: 'An AMI became available', pattern: amiAvailable }),
  },

  parameter: {
    account: ({ account }) => account,
    rules: (sources) =>
      eachWhereNeeded(sources, {
        others: (others) => ({
          id: 'ParameterReleased',
          name: 'parameter-release',
          from: 'others',
          description: 'The parameter of an upstream changed in its account',
          pattern: parametersChanged(others),
        }),
        here: (here) => ({
          id: 'OwnParameterReleased',
          name: 'own-parameter-release',
          from: 'here',
          description: 'The parameter of an upstream changed in the build account',
          pattern: parametersChanged(here),
        }),
      }),
    forward: (others) => ({ id: 'Parameters', what: 'A parameter changed', pattern: parametersChanged(others) }),
    parameter: ({ parameter, account }) => ({ name: parameter, account }),
  },

  image: {
    account: ({ owner }) => owner,
    rules: ({ here }, arns) => [
      {
        id: 'ImageReleased',
        name: 'image-release',
        from: 'here',
        description: 'An Image Builder image that is an upstream is ready',
        pattern: {
          source: ['aws.imagebuilder'],
          detailType: ['EC2 Image Builder Image State Change'],
          resources: beginningWith(here.map(({ image }) => arns.image(`${image}/`))),
          detail: { state: { status: ['AVAILABLE'] } },
        },
      },
    ],
  },

  event: {
    account: ({ account }) => account,
    // The build account's announcements come to the releases bus, too.
    rules: () => [
      {
        id: 'AnnouncedRelease',
        name: 'announced-release',
        from: 'others',
        pattern: soeAmiReleased,
        description: 'A team announced an AMI of its own',
      },
    ],
    forward: () => ({ id: 'Announcements', what: 'A team announced an AMI', pattern: soeAmiReleased }),
  },
}
