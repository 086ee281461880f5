import { isMissing } from '../../aws/errors.ts'
import { version } from '../../domain/product.ts'
import { isBelow } from '../../domain/version-skew.ts'
import type { FleetReport } from '../../functions/examine-accounts/examine-accounts.ts'
import { schema } from '../../ledger/table.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { BadInput } from '../problems.ts'

export type DeployedVersion = Pick<FleetReport, 'version' | 'schema'>

/** What was deployed, by a function of it; undefined where there is none. @throws BadInput or Failed */
export async function deployedVersion(deployment: Deployment): Promise<DeployedVersion | undefined> {
  const ask = invokerOf<FleetReport>(deployment, 'examine-accounts', 310)
  return calling(deployment, 'find out which version is deployed', async () => {
    try {
      return await ask({ look: 'fleet' })
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  })
}

/**
 * Functions of an older version in the place of newer ones may misread what those have stored.
 * @throws BadInput
 */
export function refuseDowngrade(deployed: DeployedVersion | undefined, isAllowed: boolean, here = version): void {
  if ((deployed?.schema ?? schema) > schema)
    throw new BadInput(
      `The fleet was deployed by Rebake ${deployed?.version}, and its ledger has a form that this one (${here}) cannot read: nothing of it would work. Update the command.`,
    )
  if (isAllowed || deployed?.version === undefined || !isBelow(here, deployed.version)) return
  throw new BadInput(
    `The fleet was deployed by Rebake ${deployed.version}, and this is ${here}: a deploy would put older functions in the place of newer ones. Update the command, or add --allow-downgrade.`,
  )
}
