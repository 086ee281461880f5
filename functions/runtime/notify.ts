import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { attributesOf, formsOf } from '../../domain/messages/forms.ts'
import type { Message } from '../../domain/messages/message.ts'
import { withWhereToRun } from '../../domain/messages/where-to-run.ts'
import { type Undelivered, undelivered } from './handler.ts'

/** Tells people. It never throws: what a message is about has happened, and must not fail because nobody hears of it. */
export type Notify = (message: Message) => Promise<void>

/** Nobody else tries again, so the SDK does more often than its three times. */
const patientClient = () => new SNSClient({ maxAttempts: 6 })

/** Publishes to the fleet's topic: one message, in a form for each protocol, with what subscribers filter by. */
export const topic =
  (
    topicArn: string,
    client = patientClient(),
    report: Undelivered = undelivered,
    runFrom = process.env.RUN_FROM ?? '',
  ): Notify =>
  async (made) => {
    const message = withWhereToRun(made, runFrom)
    const attributes = Object.entries(attributesOf(message))
    const publish = new PublishCommand({
      TopicArn: topicArn,
      Subject: message.subject,
      MessageStructure: 'json',
      Message: JSON.stringify(formsOf(message)),
      MessageAttributes: Object.fromEntries(
        attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    })
    try {
      await client.send(publish)
    } catch (error) {
      const { id, kind, severity, about, subject, body } = message
      report(`the message ${id}`, { id, kind, severity, about, subject, body: body.slice(0, loggedCharacters) }, error)
    }
  }

/** A log line is an event of CloudWatch Logs, which has a limit of its own. */
const loggedCharacters = 50_000
