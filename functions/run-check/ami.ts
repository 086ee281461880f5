import type { EC2Client } from '@aws-sdk/client-ec2'
import { amiFacts, describeAmi } from '../../aws/amis.ts'
import { checkAmi } from '../../domain/validation/ami.ts'
import { compareAmi, type PreviousAmi } from '../../domain/validation/ami-changes.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPrevious } from '../../ledger/releases.ts'
import type { Look, OrderOf, Subject } from './look.ts'

interface Parts {
  ec2: EC2Client
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
}

/** Holds the AMI against what the fleet says that it must be, and against its previous release. */
export async function lookAtAmi(
  parts: Parts,
  { settings }: OrderOf<'ami'>,
  { image, ami, imageArn, parentAmi }: Subject,
): Promise<Look> {
  const described = await describeAmi(parts.ec2, ami)
  if (!described)
    return {
      results: [{ check: 'state', passed: false, detail: `${ami} is not there, though Image Builder made it` }],
    }
  const facts = amiFacts(described)
  const buildAccount = imageArn.split(':')[4] ?? ''
  return {
    results: [
      ...checkAmi(facts, { checks: settings, buildAccount, parentAmi }),
      ...compareAmi(facts, await previousAmi(parts, image, imageArn), settings),
    ],
  }
}

async function previousAmi({ ec2, ledger }: Parts, image: string, imageArn: string): Promise<PreviousAmi | undefined> {
  const previous = await readPrevious(ledger, image, imageArn)
  if (!previous) return undefined
  const described = await describeAmi(ec2, previous.ami)
  return { ...previous, facts: described && amiFacts(described) }
}
