import type { EC2Client } from '@aws-sdk/client-ec2'
import { checkAmi } from '../../domain/validation/ami.ts'
import { imageKey, readOrdered } from '../shared/campaigns.ts'
import { ValidationFailed } from '../shared/errors.ts'
import { amiFacts, describeAmi } from '../shared/images.ts'
import type { Ledger } from '../shared/ledger.ts'

interface Request {
  campaign: string
  image: string
  parentAmi: string
  imageArn: string
  ami: string
}

/**
 * Holds the baked AMI against what the fleet says that it must be, and keeps every result as evidence.
 *
 * @throws ValidationFailed naming each check that did not pass.
 */
export async function validate(
  { ec2, ledger }: { ec2: EC2Client; ledger: Ledger },
  { campaign, image, parentAmi, imageArn, ami }: Request,
) {
  const { order } = await readOrdered(ledger, campaign, image)
  const described = await describeAmi(ec2, ami)
  if (!described) throw new ValidationFailed(`${ami} is not there, though Image Builder made it`)
  const buildAccount = imageArn.split(':')[4] ?? ''
  const evidence = checkAmi(amiFacts(described), { checks: order.checks, buildAccount, parentAmi })
  await ledger.set(imageKey(campaign, image), { ami, evidence })
  const failed = evidence.filter(({ passed }) => !passed)
  if (failed.length > 0)
    throw new ValidationFailed(
      `${ami}: ${failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}`,
    )
  return { checks: evidence.length }
}
