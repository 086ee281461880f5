import type { EC2Client } from '@aws-sdk/client-ec2'
import { amiFacts, describeAmi } from '../../aws/amis.ts'
import { checkAmi } from '../../domain/validation/ami.ts'
import { compareAmi, type PreviousAmi } from '../../domain/validation/ami-changes.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPrevious } from '../../ledger/releases.ts'
import { amiWait } from '../../ledger/wait-ids.ts'
import type { CheckInput, CheckStep, OrderOf } from './check-step.ts'

interface AmiCheckDeps {
  ec2: EC2Client
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
}

/** Holds the AMI against what the fleet says that it must be, and against its previous release. */
export async function examineAmi(
  deps: AmiCheckDeps,
  { settings }: OrderOf<'ami'>,
  { image, ami, imageArn, parentAmi }: CheckInput,
): Promise<CheckStep> {
  const described = await describeAmi(deps.ec2, ami)
  // EC2 may show it later than Image Builder names it. No event tells of that: the time brings the next look.
  if (!described) return { pending: amiWait(ami), doing: `${ami} is not there, though Image Builder made it` }
  const facts = amiFacts(described)
  const buildAccount = imageArn.split(':')[4] ?? ''
  return {
    results: [
      ...checkAmi(facts, { checks: settings, buildAccount, parentAmi }),
      ...compareAmi(facts, await previousAmi(deps, image, imageArn), settings),
    ],
  }
}

async function previousAmi(
  { ec2, ledger }: AmiCheckDeps,
  image: string,
  imageArn: string,
): Promise<PreviousAmi | undefined> {
  const previous = await readPrevious(ledger, image, imageArn)
  if (!previous) return undefined
  const described = await describeAmi(ec2, previous.ami)
  return { ...previous, facts: described && amiFacts(described) }
}
