import type { Fleet } from '../domain/fleet/model.ts'
import { kindsOfUpstreams, type Source, sourcesOfKind, type UpstreamKind } from '../domain/upstream-kinds.ts'
import type { Arns } from './arns.ts'
import { type AnnouncementRule, type Forward, type SourcesByPlace, upstreamKinds } from './upstream-kinds.ts'

/** The rules that the upstreams of a fleet need, and no others. */
export const announcementPatterns = (fleet: Fleet, arns: Pick<Arns, 'image'>): AnnouncementRule[] =>
  kindsOfUpstreams.flatMap((kind) => rulesOf(fleet, kind, arns))

/** What the stack of the accounts that upstreams are in sends to the releases bus. */
export const forwardsOf = (fleet: Fleet): Forward[] => kindsOfUpstreams.flatMap((kind) => forwardOf(fleet, kind) ?? [])

function rulesOf<K extends UpstreamKind>(fleet: Fleet, kind: K, arns: Pick<Arns, 'image'>): AnnouncementRule[] {
  const sources = byPlace(fleet, kind)
  return sources.others.length + sources.here.length > 0 ? upstreamKinds[kind].rules(sources, arns) : []
}

function forwardOf<K extends UpstreamKind>(fleet: Fleet, kind: K): Forward | undefined {
  const { others } = byPlace(fleet, kind)
  return others.length > 0 ? upstreamKinds[kind].forward?.(others) : undefined
}

function byPlace<K extends UpstreamKind>(fleet: Fleet, kind: K): SourcesByPlace<K> {
  const telling = sourcesOfKind(fleet, kind).map(([, source]) => ({
    source,
    account: upstreamKinds[kind].account(source),
  }))
  const from = (match: (account: string) => boolean): Source<K>[] =>
    telling.filter(({ account }) => match(account)).map(({ source }) => source)
  return {
    others: from((account) => account !== '' && account !== fleet.build.account),
    here: from((account) => account === fleet.build.account),
  }
}
