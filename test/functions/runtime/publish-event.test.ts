import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { beforeEach, expect, it } from 'vitest'
import { defaultBus } from '../../../functions/runtime/publish-event.ts'
import { mockOf } from '../../support/mocks.ts'

const eventBridge = mockOf(EventBridgeClient)
const publish = defaultBus(eventBridge as unknown as EventBridgeClient)
const event = {
  'detail-type': 'Rebake Image Released',
  time: '2026-09-08T09:00:00Z',
  detail: { version: '1', campaign: 'c', image: 'web', ami: 'ami-0a' },
} as const
beforeEach(() => void eventBridge.reset())

it('puts the event on the default bus, with the time that the state machine gave', async () => {
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'id' }] })
  await publish(event)
  expect(eventBridge.commandCalls(PutEventsCommand).map((call) => call.args[0].input)).toEqual([
    {
      Entries: [
        {
          Source: 'rebake',
          DetailType: 'Rebake Image Released',
          Time: new Date(event.time),
          Detail: JSON.stringify(event.detail),
        },
      ],
    },
  ])
})

it('throws when an answer of status 200 says that the event was not taken', async () => {
  eventBridge.on(PutEventsCommand).resolves({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }],
  })
  await expect(publish(event)).rejects.toThrow(
    'EventBridge refused Rebake Image Released: ThrottlingException Rate exceeded',
  )
})

it('does not swallow a refusal of the whole call', async () => {
  eventBridge.on(PutEventsCommand).rejects(new Error('AccessDeniedException'))
  await expect(publish(event)).rejects.toThrow('AccessDeniedException')
})
