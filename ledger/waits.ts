import type { Outcome, WaitItem } from './items.ts'
import { keyOf } from './keys.ts'
import { setItem, type Table } from './table.ts'

const keptForSeconds = 90 * 86_400
const expires = (time: string) => Math.floor(Date.parse(time) / 1000) + keptForSeconds
const keyFor = (id: string) => keyOf('wait', { id })

/** What tasks wait for. Every method answers with the whole wait, so whichever of token and outcome comes second sees both. */
export class WaitStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  recordToken(id: string, taskToken: string, time: string, carry?: WaitItem['carry']): Promise<WaitItem> {
    return setItem(this.#table, keyFor(id), { taskToken, carry, expires: expires(time) })
  }

  /** The first outcome stays: an image that is deprecated years later was AVAILABLE when we waited. */
  recordOutcome(id: string, outcome: Outcome, time: string): Promise<WaitItem> {
    return setItem(this.#table, keyFor(id), { expires: expires(time) }, { outcome })
  }

  /** As if nobody had waited, and nothing had come. @returns what had come */
  async forget(id: string): Promise<Outcome | undefined> {
    return (await this.#table.unset(keyFor(id), ['taskToken', 'outcome']))?.outcome
  }
}
