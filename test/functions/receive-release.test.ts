import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../domain/messages/message.ts'
import { receiveRelease } from '../../functions/receive-release/receive-release.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const ec2 = mockOf(EC2Client)
const stepFunctions = mockOf(SFNClient)
const ami = 'ami-0a1b2c3d4e5f67890'
const event = {
  account: '444455556666',
  time: '2026-09-08T09:00:00Z',
  region: 'us-west-2',
  detail: { ImageId: ami, State: 'available' },
}
const soe = {
  ImageId: ami,
  OwnerId: '444455556666',
  Name: 'soe-al2023-2026.09.1',
  Architecture: 'x86_64' as const,
  State: 'available' as const,
}
const named = (name: string) => Object.assign(new Error(name), { name })
let messages: Message[] = []
const parts = () => ({
  fleet: exampleFleet(),
  campaignArn: 'arn:aws:states:us-west-2:111122223333:stateMachine:golden-campaign',
  ec2: ec2 as unknown as EC2Client,
  stepFunctions: stepFunctions as unknown as SFNClient,
  ledger: memoryLedger(),
  notify: async (message: Message) => void messages.push(message),
  count: () => {},
})

beforeEach(() => {
  ec2.reset()
  stepFunctions.reset()
  messages = []
})

describe('receive-release', () => {
  it('starts the campaign that the release names', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [soe] })
    stepFunctions.on(StartExecutionCommand).resolves({})
    await receiveRelease(parts(), { event })
    const [call] = stepFunctions.commandCalls(StartExecutionCommand)
    expect(call?.args[0].input).toEqual({
      stateMachineArn: parts().campaignArn,
      name: `al2023-soe-${ami}`,
      input: JSON.stringify({
        trigger: { kind: 'release', upstream: 'al2023-soe', ami, amiName: soe.Name, time: event.time },
      }),
    })
    expect(messages).toEqual([])
  })

  it('takes a release that had its campaign as done', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [soe] })
    stepFunctions.on(StartExecutionCommand).rejects(named('ExecutionAlreadyExists'))
    await expect(receiveRelease(parts(), { event })).resolves.toEqual({ campaigns: [`al2023-soe-${ami}`] })
  })

  it('fails loudly when it cannot start one, so that the event is tried again', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [soe] })
    stepFunctions.on(StartExecutionCommand).rejects(named('StateMachineDoesNotExist'))
    await expect(receiveRelease(parts(), { event })).rejects.toThrow('StateMachineDoesNotExist')
  })

  it('refuses what DescribeImages does not confirm, once, and starts nothing', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ...soe, OwnerId: '999999999999' }] })
    const same = parts()
    await receiveRelease(same, { event })
    await receiveRelease(same, { event })
    expect(stepFunctions.commandCalls(StartExecutionCommand)).toHaveLength(0)
    expect(messages.map(({ attributes }) => attributes.kind)).toEqual(['upstream-refused'])
    expect([...same.ledger.items.values()]).toEqual([
      expect.objectContaining({ pk: `REFUSED#${ami}`, account: '444455556666', announced: true }),
    ])
  })

  it('asks to look again at an AMI that it cannot see yet', async () => {
    ec2.on(DescribeImagesCommand).rejects(named('InvalidAMIID.NotFound'))
    await expect(receiveRelease(parts(), { event })).rejects.toMatchObject({ name: 'AmiNotVisible' })
    expect(messages).toEqual([])
  })

  it('refuses what was looked for in vain, and says why', async () => {
    const cause = JSON.stringify({ errorType: 'AmiNotVisible', errorMessage: 'nobody can see it' })
    await receiveRelease(parts(), { event, failure: { error: 'AmiNotVisible', cause } })
    expect(messages[0]?.body).toContain('Rebake did not believe it: nobody can see it.')
    expect(ec2.commandCalls(DescribeImagesCommand)).toHaveLength(0)
  })

  it('takes any other failure as a failure', async () => {
    ec2.on(DescribeImagesCommand).rejects(named('RequestLimitExceeded'))
    await expect(receiveRelease(parts(), { event })).rejects.toThrow('RequestLimitExceeded')
  })
})
