import type { CheckOrder } from '../../domain/planning/check-order.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'

/** What is checked, and in which execution. */
export interface Subject {
  /** The execution's ARN. */
  execution: string
  campaign: string
  image: string
  imageArn: string
  parentAmi: string
  ami: string
  /** When the check was begun, and when this look is taken: ISO 8601. */
  since: string
  time: string
  /** What an earlier look left. */
  state?: CheckState | undefined
}

/** Done, with results; or not yet, with the id of the wait that an event will end, and what goes on, in words. */
export type Look = { results: CheckResult[] } | { pending: string; doing: string; state?: CheckState | undefined }

export type OrderOf<K extends CheckOrder['kind']> = Extract<CheckOrder, { kind: K }>
