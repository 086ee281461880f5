import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { beforeEach, expect, it, vi } from 'vitest'
import { protocols } from '../../../domain/messages/channels.ts'
import type { Message } from '../../../domain/messages/message.ts'
import { topic } from '../../../functions/runtime/notify.ts'
import { mockOf } from '../../support/mocks.ts'

const sns = mockOf(SNSClient)
const topicArn = 'arn:aws:sns:us-west-2:111122223333:golden-notifications'
const undelivered = vi.fn()
const notify = topic(topicArn, sns as unknown as SNSClient, undelivered)
beforeEach(() => {
  sns.reset()
  undelivered.mockReset()
})

const message: Message = {
  id: '0123456789abcdef0123456789abcdef',
  kind: 'image-released',
  severity: 'info',
  level: 'detail',
  about: { image: 'web' },
  subject: 'Released: web 1.0.3/1',
  body: 'web is through its last ring.\nIt is ami-0a.',
  links: [{ title: 'Execution', url: 'https://example.com/x' }],
  facts: { ami: 'ami-0a' },
}

it('publishes once, in a form for each protocol, with each attribute as a string to filter by', async () => {
  sns.on(PublishCommand).resolves({})
  await notify(message)
  const [call, ...others] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input)
  expect(others).toEqual([])
  expect(call).toMatchObject({
    TopicArn: topicArn,
    Subject: 'Released: web 1.0.3/1',
    MessageStructure: 'json',
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: 'image-released' },
      severity: { DataType: 'String', StringValue: 'info' },
      level: { DataType: 'String', StringValue: 'detail' },
      image: { DataType: 'String', StringValue: 'web' },
    },
  })
  const forms = JSON.parse(call?.Message ?? '')
  expect(Object.keys(forms).sort()).toEqual(['default', ...protocols].sort())
  expect(forms.email).toBe(`${message.body}\n\nExecution: https://example.com/x`)
  const notification = JSON.parse(forms.default)
  expect(notification).toEqual({ version: '1', ...message })
  expect([forms.lambda, forms.sqs]).toEqual([forms.default, forms.default])
})

it('fails nothing that it tells of: a refusal is reported, with the text', async () => {
  const refusal = Object.assign(new Error('the key is disabled'), { name: 'KMSDisabled' })
  sns.on(PublishCommand).rejects(refusal)
  await notify(message)
  const { id, kind, severity, about, subject, body } = message
  expect(undelivered.mock.calls).toEqual([[`the message ${id}`, { id, kind, severity, about, subject, body }, refusal]])
})

it('reports nothing that was published', async () => {
  sns.on(PublishCommand).resolves({})
  await notify(message)
  expect(undelivered).not.toHaveBeenCalled()
})

it('says where the commands run that a message names', async () => {
  sns.on(PublishCommand).resolves({})
  const notifies = topic(topicArn, sns as unknown as SNSClient, undelivered, 'https://git.example.com/golden')
  await notifies({ ...message, body: 'Give it up: `npx --no-install rebake cancel c`.' })
  await notifies(message)
  const [named, plain] = sns.commandCalls(PublishCommand).map((call) => String(call.args[0].input.Message))
  expect(named).toContain('Commands run in the repository of the fleet: https://git.example.com/golden')
  expect(plain).not.toContain('Commands run')
})
