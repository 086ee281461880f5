import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { beforeEach, expect, it } from 'vitest'
import { topic } from '../../functions/shared/notify.ts'
import { mockOf } from '../support/mocks.ts'

const sns = mockOf(SNSClient)
const topicArn = 'arn:aws:sns:us-west-2:111122223333:golden-notifications'
const notify = topic(topicArn, sns as unknown as SNSClient)
beforeEach(() => void sns.reset())

it('publishes the subject, the text, and each attribute as a string to filter by', async () => {
  sns.on(PublishCommand).resolves({})
  await notify({
    subject: 'Released: web 1.0.3/1',
    body: 'web is through its last ring.\nIt is ami-0a.',
    attributes: { kind: 'image-released', severity: 'info', image: 'web' },
  })
  expect(sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)).toEqual([
    {
      TopicArn: topicArn,
      Subject: 'Released: web 1.0.3/1',
      Message: 'web is through its last ring.\nIt is ami-0a.',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'image-released' },
        severity: { DataType: 'String', StringValue: 'info' },
        image: { DataType: 'String', StringValue: 'web' },
      },
    },
  ])
})

it('does not swallow a refusal', async () => {
  sns.on(PublishCommand).rejects(new Error('KMS.DisabledException'))
  await expect(notify({ subject: 's', body: 'b', attributes: {} })).rejects.toThrow('KMS.DisabledException')
})
