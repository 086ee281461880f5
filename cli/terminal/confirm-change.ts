import type { Deployment } from '../deployment/deployment.ts'
import { enter } from '../deployment/enter.ts'
import { clock } from '../options/parsers.ts'
import { BadInput } from '../problems.ts'
import { canAsk, confirm } from './ask.ts'
import { print } from './output.ts'

/** The edges of a command that changes something: it shows its plan, and asks. */
export interface ChangeDeps<Opened> {
  now: string
  /** What it asks of a deployment, which is the caller's. */
  open: (deployment: Deployment) => Promise<Opened>
  canAsk: () => boolean
  confirm: (question: string) => Promise<boolean>
}

/** @param open gets the ARN of the caller, who is of the fleet's own account */
export const changeDeps = <Opened>(
  open: (deployment: Deployment, caller: string) => Opened | Promise<Opened>,
): ChangeDeps<Opened> => ({
  now: clock(),
  open: async (deployment) => open(deployment, await enter(deployment, 'writes')),
  canAsk,
  confirm,
})

type Asking = Pick<ChangeDeps<unknown>, 'canAsk' | 'confirm'>

/** What was said beforehand; both must be named, so that a command that lacks one of the flags does not compile. */
interface Said {
  yes: boolean | undefined
  json: boolean
}

/** @throws BadInput where nobody can be asked, and nobody has said so beforehand */
export function requireAnswerable({ yes, json }: Said, asking: Pick<Asking, 'canAsk'>, otherwise = ''): void {
  if (yes || (!json && asking.canAsk())) return
  throw new BadInput(`Nobody can be asked whether to go on: say so beforehand with --yes${otherwise}.`)
}

/** Whether to go on, as was said beforehand or is said now; where not, it says what was not done, and the exit code is 1. */
export async function isWanted(
  yes: boolean | undefined,
  { confirm: ask }: Pick<Asking, 'confirm'>,
  { question, otherwise }: { question: string; otherwise: string },
): Promise<boolean> {
  if (yes || (await ask(question))) return true
  print([otherwise])
  process.exitCode = 1
  return false
}
