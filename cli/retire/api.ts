import type { Leftover } from '../../domain/releases/leftovers.ts'
import { type RetirementPlan, type RetirementRequest, retirementName } from '../../domain/releases/retirement.ts'
import type { Withdrawal } from '../../domain/releases/withdrawal.ts'
import type { OperationItem } from '../../ledger/items.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { operationsOf, problemsOf } from '../deployment/operations.ts'

/** How far a run of retirement is. */
export interface RetirementNow {
  status: OperationItem['status']
  withdrawals: Withdrawal[]
  leftovers: Leftover[]
  /** What is not as it should be, once it has ended. */
  problems: string[]
}

/** What retirement is to a person. Every call throws BadInput or Failed. */
export interface Retiring {
  /** What a run would do at a time: it asks every account, by the fleet's own role there. */
  plan(time: string): Promise<RetirementPlan>
  /** The same time again starts nothing. */
  start(request: RetirementRequest): Promise<void>
  look(operation: string): Promise<RetirementNow>
}

/** Seconds: as long as the function may take to ask every account. */
const patience = 900

export function retiringIn(deployment: Deployment): Retiring {
  const ledger = ledgerOf(deployment)
  const operations = operationsOf(deployment, 'retirement')
  const show = invokerOf<RetirementPlan>(deployment, 'plan-retirement', patience)
  return {
    plan: (time) => calling(deployment, 'find out what would be retired', () => show({ show: true, time })),
    start: (request) => operations.start(retirementName(request.time), request),
    look: async (operation) => {
      const progress = await operations.progress(operation)
      return calling(deployment, `read ${operation}`, async () => {
        const record = await ledger.operations.read(operation)
        const withdrawals = await ledger.operations.readWithdrawals(operation)
        const leftovers = await ledger.operations.readLeftovers(operation)
        return { status: progress.status, withdrawals, leftovers, problems: problemsOf(progress, record) }
      })
    },
  }
}
