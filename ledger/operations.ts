import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn'
import { shorten } from '../domain/executions.ts'
import type { OperationKind, OperationStatus, RingStatus } from '../domain/operations.ts'
import type { Hold } from '../domain/planning/holds.ts'
import type { Known } from '../domain/planning/known.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import type { RingPlan } from '../domain/releases/rollback.ts'
import type { Item, Key, Ledger } from './table.ts'

/** An operation's own record, named as its execution: each kind has a state machine of its own. All times are ISO 8601. */
export interface OperationItem extends Item {
  operation: string
  kind: OperationKind
  /** The execution's ARN. */
  execution: string
  /** The ARN of whoever asked for it, and why; a schedule has no reason. */
  by: string
  reason?: string
  status: OperationStatus
  startedAt: string
  finishedAt?: string
  /** What is not as it should be, in words: it names the targets. */
  problems?: string[]
}

export const operationKey = (operation: string): Key => ({ pk: `OPERATION#${operation}`, sk: 'OPERATION' })

export const readOperation = (ledger: Ledger, operation: string) => ledger.get<OperationItem>(operationKey(operation))

export interface RevocationItem extends OperationItem {
  kind: 'revocation'
  image: string
  version: string
  descendants: boolean
  force: boolean
  /** What was revoked, parents first. */
  releases: { image: string; version: string; ami: string }[]
  goBack: { image: string; to: string }[]
  stranded: string[]
  rebake: string[]
  places: Target[]
  /** The campaign that bakes them anew. */
  campaign?: string
}

/** The rollback of one image that a revocation starts: its execution's name. */
export const rollbackOf = (revocation: string, image: string) => shorten(`${revocation}-${image}`)

/** An image that goes back: from which release, to which, and which is previous then, each by its version. */
export interface RollbackItem extends OperationItem {
  kind: 'rollback'
  image: string
  from: string
  to: string
  previous?: string
  /** Where only one ring goes back. */
  ring?: string
  /** Whether the image stays held. */
  hold: boolean
  /** Who held it before, if anybody did. */
  heldBefore?: Hold
}

/** One ring of a rollback, as was decided when it began: a deploy in the middle changes nothing of it. */
export interface RingStep extends RingPlan, Item {
  status: RingStatus
  /** Since when, ISO 8601. */
  at: string
  /** Which targets are not as they must be, and why. */
  wrong?: string[]
}

export const ringKey = (operation: string, ring: string): Key => ({
  pk: operationKey(operation).pk,
  sk: `RING#${ring}`,
})

/** A rollback and its rings; `record` is undefined where there is none of that name. */
export async function readRollback(ledger: Ledger, operation: string) {
  const items = await ledger.all<Item & Key>(operationKey(operation).pk)
  return {
    record: items.find(({ sk }) => sk === 'OPERATION') as (RollbackItem & Key) | undefined,
    rings: items.filter(({ sk }) => sk.startsWith('RING#')) as unknown as RingStep[],
  }
}

/** The operations that hold images and are under way, by their own word. */
export async function holdingOperations(ledger: Ledger, { images }: Known): Promise<OperationItem[]> {
  const names = new Set(Object.values(images).flatMap(({ held }) => held?.operation ?? []))
  const items = await Promise.all([...names].map((name) => readOperation(ledger, name)))
  return items.flatMap((item) => (item?.status === 'running' ? [item] : []))
}

/** Whether an operation still runs, by Step Functions' own word: its record may not know yet that it has died. */
export async function isUnderWay(
  { ledger, stepFunctions }: { ledger: Ledger; stepFunctions: SFNClient },
  operation: string,
): Promise<boolean> {
  const record = await readOperation(ledger, operation)
  if (record?.status !== 'running') return false
  try {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn: record.execution }))
    return status === 'RUNNING'
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return false
    throw error
  }
}
