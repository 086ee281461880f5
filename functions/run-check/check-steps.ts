import type { CheckKind } from '../../domain/check-kinds.ts'
import type { CheckState } from '../../ledger/items.ts'
import { lookAtAmi } from './ami.ts'
import { lookAtCustom } from './custom.ts'
import type { Look, OrderOf, Parts, Subject } from './look.ts'
import { lookAtPackages } from './packages.ts'
import { abandonSmoke, lookAtSmoke } from './smoke.ts'
import { lookAtVulnerabilities } from './vulnerabilities.ts'

interface CheckSteps<K extends CheckKind> {
  /** Looks at the AMI: what it starts, or what it waits for, it names, and a later look goes on from there. */
  look: (parts: Parts, order: OrderOf<K>, subject: Subject) => Promise<Look>
  /** Ends what a look has started, when the check's time is over. */
  giveUp: (parts: Parts, state: CheckState | undefined) => Promise<void>
}

/** What only reads leaves nothing behind. */
const nothingRuns = async () => {}

/** How a check of each kind is made. */
export const checkSteps: { [K in CheckKind]: CheckSteps<K> } = {
  ami: { look: lookAtAmi, giveUp: nothingRuns },
  vulnerabilities: { look: lookAtVulnerabilities, giveUp: nothingRuns },
  packages: { look: lookAtPackages, giveUp: nothingRuns },
  smoke: { look: lookAtSmoke, giveUp: abandonSmoke },
  custom: { look: lookAtCustom, giveUp: nothingRuns },
}

/** Looks at one check as its kind does. */
export const lookAt = <K extends CheckKind>(parts: Parts, order: OrderOf<K>, subject: Subject): Promise<Look> =>
  checkSteps[order.kind].look(parts, order, subject)
