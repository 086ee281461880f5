import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { startCycle } from '../../functions/start-cycle/start-cycle.ts'
import { exampleFleet } from '../support/fleets.ts'
import { mockOf } from '../support/mocks.ts'

const stepFunctions = mockOf(SFNClient)
const campaignArn = 'arn:aws:states:us-west-2:111122223333:stateMachine:golden-campaign'
const time = '2026-09-07T16:00:00Z'
const { monthly } = exampleFleet().patchCycles
const patchCycles = {
  monthly,
  windows: { ...monthly, description: 'Windows, after Patch Tuesday' },
} as Fleet['patchCycles']
const counted: string[] = []
const starting = (cycle: string, at = time) =>
  startCycle(
    {
      fleet: { ...exampleFleet(), patchCycles },
      stepFunctions: stepFunctions as unknown as SFNClient,
      campaignArn,
      count: (name: string) => void counted.push(name),
    },
    { cycle, time: at },
  )
const started = () => stepFunctions.commandCalls(StartExecutionCommand).map((call) => call.args[0].input)

beforeEach(() => {
  counted.length = 0
  stepFunctions.reset()
  stepFunctions.on(StartExecutionCommand).resolves({})
})

it.each([
  ['monthly', 'it is time for the patch cycle monthly'],
  ['windows', 'patch cycle windows: Windows, after Patch Tuesday'],
])('starts the campaign of %s that the time names, and says why', async (cycle, reason) => {
  expect(await starting(cycle)).toEqual({ campaign: `${cycle}-20260907T160000Z` })
  expect(started()).toEqual([
    {
      stateMachineArn: campaignArn,
      name: `${cycle}-20260907T160000Z`,
      input: JSON.stringify({ trigger: { kind: 'cycle', cycle, time, reason } }),
    },
  ])
  expect(counted).toEqual(['CampaignStarted'])
})

it('starts one for each time that it comes', async () => {
  await starting('monthly')
  await starting('monthly', '2026-10-12T15:00:00Z')
  expect(started().map(({ name }) => name)).toEqual(['monthly-20260907T160000Z', 'monthly-20261012T150000Z'])
})

it('takes one that was started as done, and counts it once', async () => {
  stepFunctions.on(StartExecutionCommand).rejects(Object.assign(new Error('taken'), { name: 'ExecutionAlreadyExists' }))
  expect(await starting('monthly')).toEqual({ campaign: 'monthly-20260907T160000Z' })
  expect(counted).toEqual([])
})

it('fails loudly when it cannot start one, so that Scheduler tries again', async () => {
  stepFunctions.on(StartExecutionCommand).rejects(new Error('StateMachineDeleting'))
  await expect(starting('monthly')).rejects.toThrow('StateMachineDeleting')
})

it('fails loudly for a cycle that the fleet has no more', async () => {
  await expect(starting('yearly')).rejects.toThrow("the fleet has no patch cycle 'yearly': delete its schedule")
  expect(started()).toEqual([])
})
