import { operationName } from '../../domain/executions.ts'
import type { RevocationRequest } from '../../domain/releases/revocation.ts'
import type { Withdrawal } from '../../domain/releases/withdrawal.ts'
import type { Preview } from '../../functions/plan-revocation/plan-revocation.ts'
import type { OperationItem, RevocationItem, RollbackItem } from '../../ledger/items.ts'
import { rollbackOf } from '../../ledger/operations.ts'
import { everyImage } from '../../ledger/releases.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { operationsOf, problemsOf } from '../deployment/operations.ts'
import { releasesIn } from '../deployment/releases.ts'

interface RevocationInput extends RevocationRequest {
  reason: string
  by: string
  /** ISO 8601: its time, and so its name. */
  time: string
}

/** How far a revocation is. */
export interface RevocationNow {
  status: OperationItem['status']
  /** None before it has decided. */
  record?: RevocationItem
  /** Of the images whose pointers roll back, those that have begun. */
  rollbacks: RollbackItem[]
  withdrawals: Withdrawal[]
  /** What is not as it should be, once it has ended. */
  problems: string[]
}

/** What revocations are to a person. Every call throws BadInput or Failed. */
export interface Revocations {
  /** Those that the fleet has, or has had. */
  images(): Promise<string[]>
  /** Of every release of an image, the newest first. */
  versions(image: string): Promise<string[]>
  preview(request: RevocationRequest): Promise<Preview>
  /** Starts it; the same again, of the same time, starts nothing. */
  start(input: RevocationInput): Promise<void>
  /** Whether there is one of that name. */
  isThere(operation: string): Promise<boolean>
  look(operation: string): Promise<RevocationNow>
}

export const revocationName = (image: string, version: string, time: string) =>
  operationName('revoke', `${image}-${version.replace(/\W/g, '-')}`, time)

/** Seconds: it looks into every account that has one of the AMIs. */
const patience = 300

export function revocationsIn(deployment: Deployment): Revocations {
  const ledger = ledgerOf(deployment)
  const operations = operationsOf(deployment, 'revocation')
  const plan = invokerOf<Preview>(deployment, 'plan-revocation', patience)
  const reading = <T>(operation: string, work: () => Promise<T>) => calling(deployment, `read ${operation}`, work)
  const releases = releasesIn(deployment)
  return {
    images: async () => everyImage(deployment.fleet, await releases.known()),
    versions: async (image) => (await releases.of(image)).map(({ version }) => version),
    preview: (request) =>
      calling(deployment, `find out what revoking ${request.image} ${request.version} would do`, () =>
        plan({ preview: request }),
      ),
    start: (input) => operations.start(revocationName(input.image, input.version, input.time), input),
    isThere: (operation) => reading(operation, async () => (await ledger.operations.read(operation)) !== undefined),
    look: async (operation) => {
      const progress = await operations.progress(operation)
      return reading(operation, async () => {
        const record = await ledger.operations.readRevocation(operation)
        const rollbacks = await Promise.all(
          (record?.goBack ?? []).map(({ image }) => ledger.operations.readRollback(rollbackOf(operation, image))),
        )
        return {
          status: progress.status,
          withdrawals: await ledger.operations.readWithdrawals(operation),
          ...(record && { record }),
          rollbacks: rollbacks.flatMap((each) => each.record ?? []),
          problems: problemsOf(progress, record),
        }
      })
    },
  }
}
