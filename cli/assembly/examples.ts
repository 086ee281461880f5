import { exampleAccountsIn } from '../../domain/fleet/example-accounts.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { BadInput } from '../problems.ts'
import { list } from '../render/text.ts'

/**
 * A fleet of accounts that stand in documentation is not meant for AWS. A served rehearsal has exactly such accounts: it may be given them.
 * @throws BadInput
 */
export function refuseExamples({ fleet, endpoint }: Deployment, file: string): void {
  const examples = endpoint === undefined ? exampleAccountsIn(fleet) : []
  if (examples.length > 0)
    throw new BadInput(
      `${file}: these are accounts of examples, which nobody has: ${list(examples)}. Put in your own, in build.account and in the rings.`,
    )
}
