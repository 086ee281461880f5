import type { Target } from '../domain/planning/ring-order.ts'
import type { Withdrawal } from '../domain/releases/withdrawal.ts'
import { operationKey } from './operations.ts'
import type { Item, Key, Ledger } from './table.ts'

/** One place of one operation: what is withdrawn there, and what became of it. */
export const withdrawalKey = (operation: string, { account, region }: Target): Key => ({
  pk: operationKey(operation).pk,
  sk: `WITHDRAW#${account}#${region}`,
})

/** Every place of an operation, in order. */
export async function readWithdrawals(ledger: Ledger, operation: string): Promise<Withdrawal[]> {
  const items = await ledger.all<Withdrawal & Item & Key>(operationKey(operation).pk)
  return items
    .filter(({ sk }) => sk.startsWith('WITHDRAW#'))
    .map(({ pk: _, sk: __, ...withdrawal }) => withdrawal as unknown as Withdrawal)
}

/** Remembers what is to be withdrawn, place by place; what is remembered already stays. */
export async function writeWithdrawals(
  ledger: Ledger,
  operation: string,
  withdrawals: readonly Withdrawal[],
): Promise<void> {
  for (const withdrawal of withdrawals) await ledger.create(withdrawalKey(operation, withdrawal), { ...withdrawal })
}
