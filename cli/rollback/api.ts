import { operationName } from '../../domain/executions.ts'
import type { OperationItem, RollbackItem, RollbackRingItem } from '../../ledger/items.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { operationsOf, problemsOf } from '../deployment/operations.ts'
import { type Standing, standingOf } from '../status/standing.ts'

export interface RollbackInput {
  image: string
  to: string
  ring?: string
  reason: string
  by: string
  /** Whether the image stays held. */
  hold: boolean
  /** ISO 8601: its time, and so its name. */
  time: string
}

/** How far a rollback is. */
export interface RollbackNow {
  status: OperationItem['status']
  /** In their order; none before it has decided. */
  rings: RollbackRingItem[]
  /** What is not as it should be, once it has ended. */
  problems: string[]
}

/** What rollbacks are to a person. Every call throws BadInput or Failed. */
export interface Rollbacks {
  standing(image: string): Promise<Standing>
  /** A rollback by its name; undefined where there is none. */
  read(operation: string): Promise<RollbackItem | undefined>
  /** Starts it; the same again, of the same time, starts nothing. */
  start(input: RollbackInput): Promise<void>
  look(operation: string): Promise<RollbackNow>
}

export const rollbackName = (image: string, time: string) => operationName('rollback', image, time)

export function rollbacksIn(deployment: Deployment): Rollbacks {
  const ledger = ledgerOf(deployment)
  const operations = operationsOf(deployment, 'rollback')
  return {
    standing: (image) => calling(deployment, `read how ${image} stands`, () => standingOf(ledger, image)),
    read: (operation) =>
      calling(deployment, `read ${operation}`, async () => (await ledger.operations.readRollback(operation)).record),
    start: (input) => operations.start(rollbackName(input.image, input.time), input),
    look: async (operation) => {
      const progress = await operations.progress(operation)
      // After the execution: what it has written before it ended is there.
      const { record, rings } = await calling(deployment, `read ${operation}`, () =>
        ledger.operations.readRollback(operation),
      )
      return { status: progress.status, rings, problems: problemsOf(progress, record) }
    },
  }
}
