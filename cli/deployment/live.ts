import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { describeAmi } from '../../aws/amis.ts'
import { announcedAmi } from '../../aws/upstreams.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { partitionOf } from '../../domain/fleet/regions.ts'
import type { Whereabouts } from '../../domain/planning/announcements.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Announcement, ReleaseVerdict } from '../../domain/planning/upstream-release.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import { verifyAnnouncement } from '../../functions/workflow/accept-upstream-release.ts'
import { BadInput } from '../problems.ts'
import { outOfReach } from '../upstream-kinds.ts'
import { calling } from './aws-problems.ts'
import type { Deployment } from './deployment.ts'
import { ledgerOf } from './ledger.ts'

/** What a plan asks of a deployed fleet: it reads, and changes nothing. Every call throws BadInput or Failed. */
export interface Live {
  /** What the ledger knows. */
  known: FleetState
  /** Whether an AMI is a release, as the functions decide it, and when it was made by EC2's word. */
  judge(claim: Announcement): Promise<{ judgement: ReleaseVerdict; created: string }>
  /** The AMI that an announcement is about; undefined where there is none yet. */
  find(look: Whereabouts): Promise<string | undefined>
  /** Those that EC2 does not show as available any more. */
  gone(amis: readonly string[]): Promise<Set<string>>
}

/** @throws BadInput or Failed when the ledger cannot be read */
export async function openLive(deployment: Deployment): Promise<Live> {
  const { fleet, config } = deployment
  const ledger = ledgerOf(deployment)
  const ec2 = new EC2Client(config)
  const known = await calling(deployment, 'read what the ledger knows', () => ledger.fleetState.read())
  const asking = <T>(doing: string, call: () => Promise<T>) => calling(deployment, doing, call)
  return {
    known,
    judge: (claim) =>
      asking(`look at ${claim.ami}`, async () => {
        const { image, judgement } = await verifyAnnouncement({ fleet, ec2, ledger }, claim)
        return { judgement, created: image?.CreationDate ?? '' }
      }),
    find: (look) => asking('find the AMI of this event', () => find(deployment, ec2, look)),
    gone: (amis) =>
      asking('look at the AMIs of the upstreams', async () => {
        const gone = new Set<string>()
        for (const ami of amis) if ((await describeAmi(ec2, ami))?.State !== 'available') gone.add(ami)
        return gone
      }),
  }
}

async function find({ fleet, config }: Deployment, ec2: EC2Client, look: Whereabouts): Promise<string | undefined> {
  const { account, region } = fleet.build
  if ('newestOf' in look) checkReach(fleet, look.newestOf)
  const ssm = new SSMClient(config)
  const imageBuilderArnPrefix = `arn:${partitionOf(region)}:imagebuilder:${region}:${account}`
  const deps = { fleetName: fleet.name, imageBuilderArnPrefix, ec2, ssm, ssmIn: async () => ssm }
  return announcedAmi(deps, fleet, look)
}

/** @throws BadInput for an upstream that the build account may only look at in the roles of its functions */
function checkReach(fleet: Fleet, upstream: string): void {
  const away = outOfReach(sourceIn(fleet, upstream), fleet.build.account)
  if (away === undefined) return
  throw new BadInput(
    `${away}, where only Rebake's own functions may read it. Name the AMI that it holds: ` +
      `--upstream ${upstream} --ami AMI.`,
  )
}
