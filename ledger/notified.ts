import type { Kind } from '../domain/messages/kinds.ts'
import type { Level } from '../domain/messages/message.ts'
import { campaignKey } from './campaigns.ts'
import type { Ledger } from './table.ts'
import { changeDocument } from './versioned-item.ts'

/** So many of a kind in one campaign are told to everybody. */
const few = 5

/** Where something is in a list of the same, counted from 0. */
export const levelAt = (index: number, most = few): Level =>
  index < most ? { level: 'summary', last: index === most - 1 } : { level: 'detail' }

/**
 * Whether everybody is told of this, or only who asks for details: the first few of a kind in a campaign (or of a part of it, named after #) are for everybody.
 * Asked again of the same, it says the same.
 */
export async function levelOf(
  ledger: Ledger,
  campaign: string,
  of: Kind | `${Kind}#${string}`,
  what: string,
  most = few,
): Promise<Level> {
  const key = { pk: campaignKey(campaign).pk, sk: `TOLD#${of}` }
  const { told } = await changeDocument<{ told: string[] }>(ledger, key, { told: [] }, (current) =>
    current.told.includes(what) ? current : { told: [...current.told, what] },
  )
  return levelAt(told.indexOf(what), most)
}
