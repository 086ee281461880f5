import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'

/** What other people's automation may listen to, on the default bus of the build account: source `rebake`. */
interface RebakeEvent {
  'detail-type': 'Rebake Image Released' | 'Rebake Image Not Released'
  /** ISO 8601. */
  time: string
  detail: { version: '1'; campaign: string; image: string } & Record<string, unknown>
}

export type Publish = (event: RebakeEvent) => Promise<void>

/** @throws Error when EventBridge does not take the event: PutEvents reports that in an answer of status 200. */
export const defaultBus =
  (client = new EventBridgeClient({})): Publish =>
  async ({ 'detail-type': DetailType, time, detail }) => {
    const entry = { Source: 'rebake', DetailType, Time: new Date(time), Detail: JSON.stringify(detail) }
    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }))
    if (FailedEntryCount)
      throw new Error(`EventBridge refused ${DetailType}: ${Entries?.[0]?.ErrorCode} ${Entries?.[0]?.ErrorMessage}`)
  }
