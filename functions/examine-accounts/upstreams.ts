import { describeAmi } from '../../aws/amis.ts'
import { missingAmi, newestAmi, releasedAmi, type UpstreamParts } from '../../aws/upstreams.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { judge } from '../../domain/planning/release.ts'
import { isPolled, sourceIn } from '../../domain/upstream-kinds.ts'
import type { UpstreamReport } from './examine-accounts.ts'

export interface Upstreams extends UpstreamParts {
  fleet: Fleet
}

/** Whether the newest AMI of an upstream is one that a campaign would believe. */
export async function examineUpstream(parts: Upstreams, upstream: string): Promise<UpstreamReport> {
  const source = sourceIn(parts.fleet, upstream)
  // Only its events say which AMIs are its.
  if (!isPolled(source)) return { upstream }
  try {
    const ami = await newestAmi(parts, source)
    if (ami === undefined) return { upstream, problem: missingAmi(source) }
    const image = await describeAmi(parts.ec2, ami)
    const judged = judge(parts.fleet, { upstreams: [upstream], ami, time: '' }, image && releasedAmi(image))
    return { upstream, ami, ...('releases' in judged ? {} : { problem: Object.values(judged).join() }) }
  } catch (error) {
    if (error instanceof TargetUnreachable) return { upstream, problem: error.message }
    throw error
  }
}
