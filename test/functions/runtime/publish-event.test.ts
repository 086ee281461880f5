import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { beforeEach, expect, it, vi } from 'vitest'
import { defaultBus } from '../../../functions/runtime/publish-event.ts'
import { mockOf } from '../../support/mocks.ts'

const eventBridge = mockOf(EventBridgeClient)
const undelivered = vi.fn()
const pause = vi.fn(async () => {})
const publish = defaultBus(eventBridge as unknown as EventBridgeClient, undelivered, pause)
const event = {
  'detail-type': 'Rebake Image Released',
  time: '2026-09-08T09:00:00Z',
  detail: { version: '1', campaign: 'c', image: 'web', ami: 'ami-0a' },
} as const
beforeEach(() => {
  eventBridge.reset()
  undelivered.mockReset()
  pause.mockClear()
})

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

it('tries again where an answer of status 200 says that the event was not taken', async () => {
  const refused = {
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }],
  }
  eventBridge.on(PutEventsCommand).resolvesOnce(refused).resolvesOnce(refused).resolves({ FailedEntryCount: 0 })
  await publish(event)
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(3)
  expect(pause.mock.calls).toEqual([[100], [400]])
  expect(undelivered).not.toHaveBeenCalled()
})

const about = { time: event.time, campaign: 'c', image: 'web' }

it('fails nothing that it tells of: an event that is never taken is reported', async () => {
  eventBridge.on(PutEventsCommand).resolves({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }],
  })
  await publish(event)
  expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(4)
  expect(undelivered.mock.calls).toEqual([
    [
      'the event Rebake Image Released',
      about,
      new Error('EventBridge refused Rebake Image Released: ThrottlingException Rate exceeded'),
    ],
  ])
})

it('reports a refusal of the whole call', async () => {
  const refusal = new Error('AccessDeniedException')
  eventBridge.on(PutEventsCommand).rejects(refusal)
  await publish(event)
  expect(undelivered.mock.calls).toEqual([['the event Rebake Image Released', about, refusal]])
})
