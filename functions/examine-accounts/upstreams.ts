import { describeAmi } from '../../aws/amis.ts'
import { missingAmi, newestAmi, releasedAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { verifyRelease } from '../../domain/planning/upstream-release.ts'
import { isPolled, sourceIn } from '../../domain/upstream-kinds.ts'
import type { UpstreamReport } from './examine-accounts.ts'

export interface Upstreams extends UpstreamDeps {
  fleet: Fleet
}

/** Whether the newest AMI of an upstream is one that a campaign would believe. */
export async function examineUpstream(deps: Upstreams, upstream: string): Promise<UpstreamReport> {
  const source = sourceIn(deps.fleet, upstream)
  // Only its events say which AMIs are its.
  if (!isPolled(source)) return { upstream }
  try {
    const ami = await newestAmi(deps, source)
    if (ami === undefined) return { upstream, problem: missingAmi(source) }
    const image = await describeAmi(deps.ec2, ami)
    const judged = verifyRelease(deps.fleet, { upstreams: [upstream], ami, time: '' }, image && releasedAmi(image))
    return { upstream, ami, ...('releases' in judged ? {} : { problem: Object.values(judged).join() }) }
  } catch (error) {
    if (error instanceof TargetUnreachable) return { upstream, problem: error.message }
    throw error
  }
}
