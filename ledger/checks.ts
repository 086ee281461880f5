import type { Evidence } from '../domain/validation/evidence.ts'
import type { Item, Key, Ledger } from './table.ts'

/** What a check that is not done yet needs to remember: the execution that runs for it, for one. */
export type CheckState = Record<string, string>

/** A check's own item, as checks run side by side. */
export interface CheckItem extends Item {
  /** The id of the wait that ends with the event which brings the next look. */
  pending?: string
  state?: CheckState
  evidence?: Evidence
}

export const checkKey = (campaign: string, image: string, check: string): Key => ({
  pk: `CAMPAIGN#${campaign}`,
  sk: `CHECK#${image}#${check}`,
})

/** The evidence of these checks, as far as there is any. */
export async function readEvidence(
  ledger: Ledger,
  campaign: string,
  image: string,
  checks: { check: string }[],
): Promise<Evidence[]> {
  const items = await Promise.all(checks.map(({ check }) => ledger.get<CheckItem>(checkKey(campaign, image, check))))
  return items.flatMap((item) => item?.evidence ?? [])
}
