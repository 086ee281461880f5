import { version } from '../../domain/product.ts'
import { skewOf, skews } from '../../domain/version-skew.ts'
import { schema } from '../../ledger/table.ts'
import { skewWords } from '../deployment/enter.ts'
import { type Check, type DoctorResult, fail, info, warning } from './check.ts'

/** What is said of the version and the schema that were deployed. */
export function versionFinding(deployed: { version?: string; schema?: number }, here = version): DoctorResult {
  if ((deployed.schema ?? schema) > schema)
    return fail(
      `the fleet was deployed by Rebake ${deployed.version}, whose ledger this one (${here}) cannot read`,
      'Update the command.',
    )
  const skew = skewOf(here, deployed.version)
  if (skew === 'same') return info(`Rebake ${deployed.version}`)
  const { found, todo } = skewWords(here, deployed.version)
  return skews[skew].mayWrite ? warning(found, todo) : fail(found, todo)
}

export const versionCheck: Check = {
  name: 'the version that deployed it',
  group: 'Deployment',
  permissions: ['lambda:InvokeFunction'],
  async *examine(environment) {
    yield versionFinding(await environment.deployed())
  },
}
