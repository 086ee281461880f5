import type { CheckKind } from '../../domain/check-kinds.ts'
import type { CheckState } from '../../ledger/items.ts'
import { examineAmi } from './ami.ts'
import type { CheckDeps, CheckInput, CheckStep, OrderOf } from './check-step.ts'
import { examineCustom } from './custom.ts'
import { examinePackages } from './packages.ts'
import { abandonSmoke, examineSmoke } from './smoke.ts'
import { examineVulnerabilities } from './vulnerabilities.ts'

interface CheckSteps<K extends CheckKind> {
  /** Looks at the AMI: what it starts, or what it waits for, it names, and a later look goes on from there. */
  look: (deps: CheckDeps, order: OrderOf<K>, subject: CheckInput) => Promise<CheckStep>
  /** Ends what a look has started, when the check's time is over. */
  giveUp: (deps: CheckDeps, state: CheckState | undefined) => Promise<void>
}

/** What only reads leaves nothing behind. */
const nothingRuns = async () => {}

/** How a check of each kind is made. */
export const checkSteps: { [K in CheckKind]: CheckSteps<K> } = {
  ami: { look: examineAmi, giveUp: nothingRuns },
  vulnerabilities: { look: examineVulnerabilities, giveUp: nothingRuns },
  packages: { look: examinePackages, giveUp: nothingRuns },
  smoke: { look: examineSmoke, giveUp: abandonSmoke },
  custom: { look: examineCustom, giveUp: nothingRuns },
}

/** Looks at one check as its kind does. */
export const examine = <K extends CheckKind>(
  deps: CheckDeps,
  order: OrderOf<K>,
  subject: CheckInput,
): Promise<CheckStep> => checkSteps[order.kind].look(deps, order, subject)
