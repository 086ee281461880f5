import { newestAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import { refusedAs } from '../../domain/planning/refusals.ts'
import { hasEvents, sourceIn } from '../../domain/upstream-kinds.ts'
import {
  acceptRelease,
  type ReleaseDeps,
  recordRefusal,
  verifyAnnouncement,
} from '../workflow/accept-upstream-release.ts'

type PollUpstreamsDeps = ReleaseDeps & { upstreams: UpstreamDeps }

/** Events come within seconds; an AMI that is older than this when a poll finds it has lost its event. */
const eventsTakeSeconds = 15 * 60

/**
 * Looks at every upstream for an AMI that no event has reported, and takes it as the release that it is. What goes
 * wrong with one upstream stops no other.
 *
 * @throws AggregateError that names each upstream that could not be looked at.
 */
export async function pollUpstreams(deps: PollUpstreamsDeps, { time }: { time: string }) {
  const { upstreams: known } = await deps.ledger.fleetState.read()
  const taken: Record<string, unknown> = {}
  const failures: Error[] = []
  for (const upstream of Object.keys(deps.fleet.upstreams))
    try {
      const found = await newestAmi(deps.upstreams, sourceIn(deps.fleet, upstream))
      const now = known[upstream]
      const isKnown = found === now?.ami || found === now?.newest.ami
      // Known and not started: the function that took it died in between.
      if (found && !(isKnown && now?.started)) taken[upstream] = await take(deps, upstream, found, time, !now)
    } catch (error) {
      const { name, message } = error as Error
      failures.push(new Error(`${upstream}: ${name}: ${message}`, { cause: error }))
    }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
  return { taken }
}

async function take(deps: PollUpstreamsDeps, upstream: string, ami: string, time: string, isFirst: boolean) {
  const { account, region } = deps.fleet.build
  const about = { ami, account, region, time }
  const { image, judgement } = await verifyAnnouncement(deps, { upstreams: [upstream], ami, time })
  if ('ignored' in judgement) return judgement
  if ('unseen' in judgement) return recordRefusal(deps, about, { ...refusedAs('not-visible', { account }), upstream })
  if ('refused' in judgement) return recordRefusal(deps, about, { ...judgement, upstream })
  const [release] = judgement.releases
  if (!release || !image) return { ignored: `${ami} is no release of ${upstream}` }
  const result = await acceptRelease(deps, release, image)
  if ('refused' in result) return recordRefusal(deps, about, result)
  const late = Date.parse(time) - Date.parse(image.CreationDate ?? time) > eventsTakeSeconds * 1000
  if ('campaign' in result && !isFirst && late && hasEvents(sourceIn(deps.fleet, upstream)))
    deps.count('ReleaseEventLost')
  return result
}
