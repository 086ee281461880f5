import { version } from '../../domain/product.ts'
import { isBelow, skewOf, skews } from '../../domain/version-skew.ts'
import type { FleetStateItem } from '../../ledger/items.ts'
import { BadInput } from '../problems.ts'
import { painterFor } from '../render/text.ts'
import { inProse } from '../typed.ts'
import { checkAccount, type Deployment } from './deployment.ts'
import { ledgerOf } from './ledger.ts'

type Access = 'reads' | 'writes'

/**
 * What a command does before it works on a deployed fleet: it sees to it that the caller is of the build account, and says in a line on
 * standard error where it is of another version than what was deployed.
 *
 * @returns the ARN of the caller
 * @throws BadInput for another account, and where a command that writes is of another major version
 */
export async function enter(deployment: Deployment, access: Access): Promise<string> {
  const caller = await checkAccount(deployment)
  const known = await ledgerOf(deployment)
    .fleetState.read()
    .catch((error: unknown) => {
      // A ledger of a newer form is refused at once; what else is wrong with it, the command finds and says.
      if (error instanceof BadInput) throw error
      return undefined
    })
  const line = known && skewLine(known, access)
  if (line !== undefined) process.stderr.write(`${line}\n`)
  return caller
}

/** What to say of the version that was deployed; undefined where there is nothing to say. @throws BadInput */
export function skewLine(known: FleetStateItem, access: Access, here = version): string | undefined {
  // Nothing has looked yet since the first deploy.
  if (known.deployedBy === undefined && known.campaigns === 0) return undefined
  const skew = skewOf(here, known.deployedBy)
  if (skew === 'same') return undefined
  const { mayWrite, isWarning } = skews[skew]
  const { found, todo } = skewWords(here, known.deployedBy)
  const text = `T${found.slice(1)}. ${todo}`
  if (access === 'writes' && !mayWrite)
    throw new BadInput(`${text} A command that changes something must be of the same major version.`)
  return `${painterFor(process.stderr)('yellow', isWarning ? 'warning:' : 'note:')} ${text}`
}

/** In words: what differs, and what to do. */
export function skewWords(here: string, deployed: string | undefined): { found: string; todo: string } {
  const deployIt = `${inProse('diff')}, then ${inProse('deploy')}.`
  if (deployed === undefined)
    return { found: `the fleet was deployed by a Rebake that left no version, and this is ${here}`, todo: deployIt }
  return {
    found: `the fleet was deployed by Rebake ${deployed}, and this is ${here}`,
    todo: isBelow(here, deployed) ? 'Update the command.' : deployIt,
  }
}
