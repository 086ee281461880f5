import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { attributesOf, formsOf } from '../../domain/messages/forms.ts'
import type { Message } from '../../domain/messages/message.ts'

export type Notify = (message: Message) => Promise<void>

/** Publishes to the fleet's topic: one message, in a form for each protocol, with what subscribers filter by. */
export const topic =
  (topicArn: string, client = new SNSClient({})): Notify =>
  async (message) => {
    const attributes = Object.entries(attributesOf(message))
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: message.subject,
        MessageStructure: 'json',
        Message: JSON.stringify(formsOf(message)),
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    )
  }
