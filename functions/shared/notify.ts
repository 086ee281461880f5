import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Message } from '../../domain/messages/message.ts'

export type Notify = (message: Message) => Promise<void>

/** Publishes to the fleet's topic; the attributes are what subscribers filter by. */
export const topic =
  (topicArn: string, client = new SNSClient({})): Notify =>
  async ({ subject, body, attributes }) => {
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    )
  }
