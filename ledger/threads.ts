import type { SlackThreadItem } from './items.ts'
import { keyOf } from './keys.ts'
import { readItem, setItem, type Table } from './table.ts'

/** A message that is posted is remembered for long after SNS and Lambda would still bring it again. */
const keptForSeconds = 30 * 24 * 3600

/** Where a message belongs. */
interface Place {
  channel: string
  /** None where it is about no campaign: then it is its own thread. */
  campaign: string | undefined
  /** The SNS message's id. */
  message: string
}

/** What was posted to Slack. */
export class ThreadStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  read(place: Place): Promise<SlackThreadItem | undefined> {
    return readItem(this.#table, keyFor(place))
  }

  /** One write: that it is posted, and if it is the first, where its thread is. */
  recordPosted(place: Place, ts: string | undefined, time: string): Promise<SlackThreadItem> {
    const expires = Math.floor(Date.parse(time) / 1000) + keptForSeconds
    return setItem(this.#table, keyFor(place), { [place.message]: ts ?? 'posted', expires }, { ts })
  }
}

const keyFor = ({ campaign, channel, message }: Place) =>
  campaign === undefined ? keyOf('messageThread', { channel, message }) : keyOf('campaignThread', { campaign, channel })
