import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { start } from '../../../cli/start/api.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { mockOf } from '../../support/mocks.ts'
import { smallFleet } from '../small-fleet.ts'

const sfn = mockOf(SFNClient)
const fleet = parseFleet(smallFleet, 'fleet.yaml')
const aws = deploymentOf(fleet, undefined, {})
const trigger = {
  kind: 'manual' as const,
  images: ['java'],
  time: '2026-09-01T06:00:00Z',
  reason: 'started manually by alice',
}
const campaign = 'manual-20260901T060000Z-java'
const executionArn = `arn:aws:states:eu-west-1:111122223333:execution:golden-campaign:${campaign}`
const error = (name: string, more: object) => Object.assign(new Error('x'), { name, ...more })

describe('starting a campaign', () => {
  beforeEach(() => void sfn.reset())

  it('starts the execution that the trigger names', async () => {
    sfn.on(StartExecutionCommand).resolves({})
    expect(await start(aws, trigger)).toEqual({
      campaign,
      executionArn,
      wasBefore: false,
      console: `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${executionArn}`,
    })
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:golden-campaign',
      name: campaign,
      input: JSON.stringify({ trigger }),
    })
  })

  it('starts nothing twice', async () => {
    sfn.on(StartExecutionCommand).rejects(error('ExecutionAlreadyExists', {}))
    expect(await start(aws, trigger)).toMatchObject({ campaign, wasBefore: true })
  })

  it('has no console in a rehearsal', async () => {
    sfn.on(StartExecutionCommand).resolves({})
    expect(await start(deploymentOf(fleet, 'http://127.0.0.1:1', {}), trigger)).not.toHaveProperty('console')
  })

  it.each([
    { thrown: error('TimeoutError', {}), uncertain: true },
    { thrown: error('InternalServerException', { $metadata: { httpStatusCode: 500 } }), uncertain: true },
    { thrown: error('Error', { code: 'ECONNRESET' }), uncertain: true },
    { thrown: error('Error', { code: 'ECONNREFUSED' }), uncertain: false },
    { thrown: error('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }), uncertain: false },
    { thrown: error('StateMachineDoesNotExist', { $metadata: { httpStatusCode: 400 } }), uncertain: false },
  ])('says whether it may have been started after all: $thrown.name $thrown.code', async ({ thrown, uncertain }) => {
    sfn.on(StartExecutionCommand).rejects(thrown)
    const { message } = (await start(aws, trigger).catch((problem: unknown) => problem)) as Error
    expect(message).toContain('Could not start the campaign: ')
    expect(message.includes('The same command with --at 2026-09-01T06:00:00Z starts it once')).toBe(uncertain)
  })
})
