import { setTimeout as sleep } from 'node:timers/promises'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { type RebakeEvent, withinEntry } from '../../domain/rebake-event.ts'
import { type Undelivered, undelivered } from './handler.ts'

/** Tells other people's automation. It never throws, for the reason that `Notify` has. */
export type Publish = (event: RebakeEvent) => Promise<void>

/** Nobody else tries again, so the SDK does more often than its three times. */
const patientClient = () => new EventBridgeClient({ maxAttempts: 6 })

/** The default bus of the build account. */
export const defaultBus =
  (
    client = patientClient(),
    report: Undelivered = undelivered,
    pause: (ms: number) => Promise<unknown> = sleep,
  ): Publish =>
  async (event) => {
    try {
      await put(client, withinEntry(event), pause)
    } catch (error) {
      const { time, detail } = event
      report(`the event ${event['detail-type']}`, { time, campaign: detail.campaign, image: detail.image }, error)
    }
  }

/**
 * PutEvents answers with status 200 where EventBridge has not taken the entry, and the SDK does not try that again.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
async function put(
  client: EventBridgeClient,
  { 'detail-type': DetailType, time, detail }: RebakeEvent,
  pause: (ms: number) => Promise<unknown>,
): Promise<void> {
  const entry = { Source: 'rebake', DetailType, Time: new Date(time), Detail: JSON.stringify(detail) }
  let refusal = ''
  for (const wait of [100, 400, 1_600, 0]) {
    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }))
    if (!FailedEntryCount) return
    refusal = `${Entries?.[0]?.ErrorCode} ${Entries?.[0]?.ErrorMessage}`
    if (wait > 0) await pause(wait)
  }
  throw new Error(`EventBridge refused ${DetailType}: ${refusal}`)
}
