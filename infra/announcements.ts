import { type EventPattern, Match } from 'aws-cdk-lib/aws-events'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Arns } from './arns.ts'
import { sourcesOf } from './targets.ts'

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

export const amiAvailable: EventPattern = {
  source: ['aws.ec2'],
  detailType: ['EC2 AMI State Change'],
  detail: { State: ['available'] },
}

/** Teams that announce their own AMIs choose their own source. */
export const soeAmiReleased: EventPattern = { detailType: ['SOE AMI Released'] }

export const parametersChanged = (names: string[]): EventPattern => ({
  source: ['aws.ssm'],
  detailType: ['Parameter Store Change'],
  detail: { name: [...new Set(names)], operation: ['Create', 'Update', 'Delete'] },
})

/** The rules that the upstreams of a fleet need, and no others. */
export function announcementPatterns(fleet: Fleet, arns: Pick<Arns, 'image'>): AnnouncementRule[] {
  const sources = sourcesOf(fleet)
  const own = fleet.build.account
  const amisOf = (match: (owner: string) => boolean) =>
    sources.filter((source) => source.kind === 'ami' && match(source.owner))
  const parametersOf = (match: (account: string) => boolean) =>
    sources.flatMap((source) =>
      source.kind === 'parameter' && source.account !== '' && match(source.account) ? [source.parameter] : [],
    )
  const others = parametersOf((account) => account !== own)
  const here = parametersOf((account) => account === own)
  const images = sources.flatMap((source) => (source.kind === 'image' ? [source.image] : []))
  const rule = (needed: boolean, make: () => AnnouncementRule) => (needed ? [make()] : [])
  return [
    ...rule(amisOf((owner) => owner !== own).length > 0, () => ({
      id: 'AmiReleased',
      name: 'receive-release',
      from: 'others',
      pattern: amiAvailable,
      description: 'An AMI became available in an account of an upstream',
    })),
    ...rule(amisOf((owner) => owner === own).length > 0, () => ({
      id: 'OwnAmiReleased',
      name: 'own-release',
      from: 'here',
      pattern: amiAvailable,
      description: 'An AMI became available in the build account, which owns an upstream',
    })),
    ...rule(others.length > 0, () => ({
      id: 'ParameterReleased',
      name: 'parameter-release',
      from: 'others',
      description: 'The parameter of an upstream changed in its account',
      pattern: parametersChanged(others),
    })),
    ...rule(here.length > 0, () => ({
      id: 'OwnParameterReleased',
      name: 'own-parameter-release',
      from: 'here',
      description: 'The parameter of an upstream changed in the build account',
      pattern: parametersChanged(here),
    })),
    ...rule(images.length > 0, () => ({
      id: 'ImageReleased',
      name: 'image-release',
      from: 'here',
      description: 'An Image Builder image that is an upstream is ready',
      pattern: {
        source: ['aws.imagebuilder'],
        detailType: ['EC2 Image Builder Image State Change'],
        resources: Match.anyOf(...images.map((name) => Match.prefix(arns.image(`${name}/`)))),
        detail: { state: { status: ['AVAILABLE'] } },
      },
    })),
    ...rule(
      sources.some(({ kind }) => kind === 'event'),
      () => ({
        id: 'AnnouncedRelease',
        name: 'announced-release',
        from: 'others',
        pattern: soeAmiReleased,
        description: 'A team announced an AMI of its own',
      }),
    ),
  ]
}
