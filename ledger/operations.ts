import { shorten } from '../domain/executions.ts'
import type { FleetState } from '../domain/planning/fleet-state.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import type { Leftover } from '../domain/releases/leftovers.ts'
import type { RingPlan } from '../domain/releases/rollback.ts'
import type {
  FirstRetirementItem,
  OperationItem,
  RetirementItem,
  RevocationItem,
  RollbackItem,
  RollbackRingItem,
  WithdrawalItem,
} from './items.ts'
import { keyOf } from './keys.ts'
import { ofKind, readItem, setItem, type Table } from './table.ts'

const keyFor = (operation: string) => keyOf('operation', { operation })
const ringKey = (operation: string, ring: string) => keyOf('ring', { operation, ring })
const withdrawalKey = (operation: string, { account, region }: Target) =>
  keyOf('withdrawal', { operation, account, region })

const leftoversKey = (operation: string) => keyOf('leftovers', { operation })

/** What people and schedules do to releases: rollbacks, revocations and retirements. */
export class OperationStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  read(operation: string): Promise<OperationItem | undefined> {
    return readItem(this.#table, keyFor(operation))
  }

  async readRevocation(operation: string): Promise<RevocationItem | undefined> {
    const item = await this.read(operation)
    return item?.kind === 'revocation' ? item : undefined
  }

  /** A rollback and its rings; `record` is undefined where there is none of that name. */
  async readRollback(operation: string): Promise<{ record: RollbackItem | undefined; rings: RollbackRingItem[] }> {
    const items = await this.#table.all(keyFor(operation).pk)
    const [record] = ofKind(items, 'operation')
    return { record: record?.kind === 'rollback' ? record : undefined, rings: ofKind(items, 'ring') }
  }

  /** The operations that hold images and are under way, by their own word. */
  async readHolding({ images }: FleetState): Promise<OperationItem[]> {
    const names = new Set(Object.values(images).flatMap(({ held }) => held?.operation ?? []))
    const items = await Promise.all([...names].map((name) => this.read(name)))
    return items.flatMap((item) => (item?.status === 'running' ? [item] : []))
  }

  /** What was decided first stays. */
  async recordRollbackStarted(item: RollbackItem): Promise<void> {
    await this.#table.create(keyFor(item.operation), item)
  }

  /** What was decided first stays. */
  async recordRollbackRing(operation: string, ring: RingPlan, at: string): Promise<void> {
    await this.#table.create(ringKey(operation, ring.ring), { ...ring, status: 'waiting', at })
  }

  /** What is known from the start not to be as it should be. */
  async recordProblems(operation: string, problems: string[]): Promise<void> {
    await this.#table.set(keyFor(operation), { problems })
  }

  /** What was planned first stays: made again after a crash, the rollbacks may have begun. */
  async recordRevocationStarted(item: RevocationItem): Promise<RevocationItem> {
    const { execution, kind, operation, status, by, reason, ...planned } = item
    const now = { execution, kind, operation, status, by, reason }
    return (await setItem(this.#table, keyFor(operation), now, planned)) as RevocationItem
  }

  /** What began first stays. */
  async recordRetirementStarted(item: RetirementItem): Promise<RetirementItem> {
    return (await setItem(this.#table, keyFor(item.operation), {}, item)) as RetirementItem
  }

  /** People have read what a run of retirement does. */
  async recordReported(operation: string): Promise<void> {
    await this.#table.set(keyFor(operation), { reported: true })
  }

  /** That people have read what would happen, by the first run that had something to do; answers with that run. */
  recordFirstRetirement(operation: string): Promise<FirstRetirementItem> {
    return setItem(this.#table, keyOf('firstRetirement', {}), {}, { operation })
  }

  async recordRollbackFinished(operation: string, problems: string[], finishedAt: string): Promise<void> {
    await this.#table.set(keyFor(operation), { status: statusOf(problems), finishedAt, problems })
  }

  /** @param campaign bakes again what was revoked */
  async recordRevocationFinished(
    operation: string,
    problems: string[],
    finishedAt: string,
    campaign: string | undefined,
  ): Promise<void> {
    await this.#table.set(keyFor(operation), { status: statusOf(problems), finishedAt, problems, campaign })
  }

  /** Its first end stays the time of it. */
  async recordRetirementFinished(operation: string, problems: string[], finishedAt: string): Promise<void> {
    await this.#table.set(keyFor(operation), { status: statusOf(problems), problems }, { finishedAt })
  }

  /** It did not come to its own end. */
  async recordStopped(operation: string, problems: string[], finishedAt: string): Promise<void> {
    await this.#table.set(keyFor(operation), { status: 'failed', finishedAt, problems })
  }

  readRing(operation: string, ring: string): Promise<RollbackRingItem | undefined> {
    return readItem(this.#table, ringKey(operation, ring))
  }

  /** @param wrong which targets are not as they must be, and why */
  async recordRing(
    operation: string,
    ring: string,
    { status, at, wrong }: { status: RollbackRingItem['status']; at: string; wrong: string[] },
  ): Promise<void> {
    await this.#table.set(ringKey(operation, ring), { status, at, wrong })
  }

  /** Every place of an operation, in order. */
  async readWithdrawals(operation: string): Promise<WithdrawalItem[]> {
    return ofKind(await this.#table.all(keyFor(operation).pk), 'withdrawal')
  }

  readWithdrawal(operation: string, place: Target): Promise<WithdrawalItem | undefined> {
    return readItem(this.#table, withdrawalKey(operation, place))
  }

  /** What is to be withdrawn, place by place; what is remembered already stays. */
  async recordWithdrawals(operation: string, withdrawals: readonly WithdrawalItem[]): Promise<void> {
    for (const withdrawal of withdrawals) await this.#table.create(withdrawalKey(operation, withdrawal), withdrawal)
  }

  /** What is to be removed of what Image Builder keeps; what is remembered already stays. */
  async recordLeftovers(operation: string, leftovers: Leftover[]): Promise<void> {
    await this.#table.create(leftoversKey(operation), { leftovers })
  }

  /** In order; none where the operation removes none. */
  async readLeftovers(operation: string): Promise<Leftover[]> {
    return (await readItem(this.#table, leftoversKey(operation)))?.leftovers ?? []
  }

  /** What became of them. */
  async recordRemoved(operation: string, leftovers: Leftover[]): Promise<void> {
    await this.#table.set(leftoversKey(operation), { leftovers })
  }

  /** What became of the AMIs of one place. */
  async recordWithdrawn(operation: string, place: Target, amis: WithdrawalItem['amis']): Promise<void> {
    await this.#table.set(withdrawalKey(operation, place), { amis })
  }
}

const statusOf = (problems: string[]) => (problems.length > 0 ? 'failed' : 'finished')

/** The rollback of one image that a revocation starts: its execution's name. */
export const rollbackOf = (revocation: string, image: string) => shorten(`${revocation}-${image}`)
