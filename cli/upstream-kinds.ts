import { hasEvents, hintTopicOf, isPolled, type Source, type UpstreamKind } from '../domain/upstream-kinds.ts'

interface Row<K extends UpstreamKind> {
  /** What its AMIs are known by, and who has them. */
  from(source: Source<K>): string
  /** Where only Rebake's own functions may look for its newest AMI: what that is, and where. */
  outOfReach?(source: Source<K>, buildAccount: string): string | undefined
}

/** How people are notified of an upstream, by its kind. */
const upstreamKinds: { [K in UpstreamKind]: Row<K> } = {
  ami: { from: ({ amiName, owner }) => `${amiName} of ${owner}` },
  parameter: {
    from: ({ parameter, account }) => (account === '' ? parameter : `${parameter} of ${account}`),
    outOfReach: ({ parameter, account }, buildAccount) =>
      account === '' || account === buildAccount ? undefined : `The parameter ${parameter} is in account ${account}`,
  },
  image: { from: ({ image }) => `${image} of Image Builder` },
  event: { from: ({ account }) => `what ${account} announces` },
}

/** What an upstream's AMIs are known by, and what says that there is a new one. */
export function describeUpstream<K extends UpstreamKind>(source: Source<K>): { from: string; noticedBy: string[] } {
  const noticedBy: string[] = []
  if (hasEvents(source)) noticedBy.push('event')
  if (hintTopicOf(source) !== undefined) noticedBy.push('announcements')
  if (isPolled(source)) noticedBy.push('poll')
  return { from: upstreamKinds[source.kind].from(source), noticedBy }
}

/** Where only Rebake's own functions may look for its newest AMI: what that is, and where; undefined elsewhere. */
export const outOfReach = <K extends UpstreamKind>(source: Source<K>, buildAccount: string): string | undefined =>
  upstreamKinds[source.kind].outOfReach?.(source, buildAccount)
