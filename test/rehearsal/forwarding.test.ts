import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { beforeAll, describe, expect, it } from 'vitest'
import { readEvent, slow, stageFor } from '../support/rehearsal.ts'

let stage: Awaited<ReturnType<typeof stageFor>>
beforeAll(async () => {
  stage = await stageFor()
}, slow)

const event = readEvent('ec2.ami-available.json')
const soe = event.account

/** The assembly with another role for the rule that forwards. */
const withRole = (change: (properties: Record<string, unknown>) => void) => () => {
  const assembly = structuredClone(stage.assembly)
  change(assembly.soeStack.template.Resources.ForwardReleasesRole?.Properties ?? {})
  return assembly
}

describe('an event of an account that owns an upstream', () => {
  it.each([
    ['of another region', { region: 'us-east-1' }, `default bus of account ${soe} in us-east-1`],
    ['of an AMI that failed', { detail: { ...event.detail, State: 'failed' } }, `account ${soe} in us-west-2`],
  ])('%s goes no further, and the rehearsal says so', { timeout: slow }, async (_, change, why) => {
    const { summary, refused } = await stage.rehearse({ events: [{ ...event, ...change }] })
    expect(summary.campaigns).toEqual([])
    expect(refused).toEqual([expect.stringContaining(why)])
  })

  it.each([
    [
      'may not put events on the bus',
      withRole((properties) => {
        properties.Policies = []
      }),
      'is not authorized to perform: events:PutEvents on resource: arn:aws:events:us-west-2:111122223333:event-bus/golden-releases',
    ],
    [
      'is not for EventBridge',
      withRole((properties) => {
        properties.AssumeRolePolicyDocument = { Statement: [] }
      }),
      'EventBridge may not assume the role',
    ],
  ])('ends in the dead letters where the role %s', { timeout: slow }, async (_, assembly, why) => {
    const rehearsal = await stage.rehearse({ serve: true, assembly: assembly() })
    expect(rehearsal.summary.campaigns).toEqual([])
    expect(rehearsal.refused).toEqual([expect.stringContaining(why)])
    const sqs = new SQSClient({
      endpoint: rehearsal.url as string,
      region: 'us-west-2',
      credentials: { accessKeyId: soe, secretAccessKey: 'any' },
    })
    const QueueUrl = `https://sqs.us-west-2.amazonaws.com/${soe}/golden-undelivered-releases`
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }))
    await rehearsal.close()
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toEqual([event])
  })
})
