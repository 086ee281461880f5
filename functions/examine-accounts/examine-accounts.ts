import type { OrganizationsClient } from '@aws-sdk/client-organizations'
import * as v from 'valibot'
import { accountsOf } from '../../aws/organizations.ts'
import { OrganizationUnreadable } from '../../domain/errors.ts'
import { fleetFingerprints } from '../../domain/fleet/fleet-fingerprint.ts'
import { orderRing } from '../../domain/planning/ring-order.ts'
import type { Deployed } from '../runtime/deployed-fleet.ts'
import { examineTarget, type TargetReport, type TargetsIn } from './targets.ts'
import { examineUpstream, type Upstreams } from './upstreams.ts'

const target = v.object({
  account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  /** The rings that reach it. */
  rings: v.array(v.string()),
})

export const ExamineAccountsInput = v.variant('look', [
  v.object({ look: v.literal('fleet') }),
  v.object({ look: v.literal('upstreams') }),
  // So many take seconds each, and share the quotas of STS and EC2.
  v.object({ look: v.literal('targets'), targets: v.pipe(v.array(target), v.maxLength(20)) }),
])
export type ExamineAccountsInput = v.InferOutput<typeof ExamineAccountsInput>

/** What was deployed, and the accounts of each ring as they are now, or why nobody tells. */
export interface FleetReport {
  fingerprints: Record<string, string>
  /** Of the Rebake that deployed it, and of the items that its functions store; none of before there were such numbers. */
  version?: string
  schema?: number
  rings: Record<string, { accounts: string[] } | { unreadable: string }>
}

export interface UpstreamReport {
  upstream: string
  /** The newest AMI; undefined where there is none. */
  ami?: string
  /** Why no image can be baked on it now. */
  problem?: string
}

export interface Reports {
  fleet: FleetReport
  upstreams: UpstreamReport[]
  targets: TargetReport[]
}

interface ExamineAccountsDeps {
  deployed: Deployed
  organizations: OrganizationsClient
  upstreams: Upstreams
  targetsIn: TargetsIn
}

/** Looks at what is around the build account as campaigns see it: in other accounts, by their roles. Changes nothing. */
export async function examineAccounts(
  deps: ExamineAccountsDeps,
  request: ExamineAccountsInput,
): Promise<FleetReport | UpstreamReport[] | TargetReport[]> {
  const { fleet } = deps.deployed
  switch (request.look) {
    case 'fleet':
      return examineFleet(deps)
    case 'upstreams':
      return Promise.all(Object.keys(fleet.upstreams).map((name) => examineUpstream(deps.upstreams, name)))
    case 'targets':
      return Promise.all(request.targets.map((each) => examineTarget(fleet, deps.targetsIn(), each)))
  }
}

async function examineFleet({ deployed, organizations }: ExamineAccountsDeps): Promise<FleetReport> {
  const { fleet, definitions, version, schema } = deployed
  const rings: FleetReport['rings'] = {}
  for (const ring of Object.keys(fleet.rings)) rings[ring] = await membersOf(deployed, organizations, ring)
  return { fingerprints: fleetFingerprints(fleet, definitions), version, schema, rings }
}

async function membersOf({ fleet }: Deployed, organizations: OrganizationsClient, ring: string) {
  const [image = ''] = Object.keys(fleet.images)
  try {
    return { accounts: await accountsOf(organizations, orderRing(fleet, image, ring), fleet.build.account) }
  } catch (error) {
    if (error instanceof OrganizationUnreadable) return { unreadable: error.message }
    throw error
  }
}
