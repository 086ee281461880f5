import { setTimeout as sleep } from 'node:timers/promises'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as v from 'valibot'
import { kinds, severities } from '../../domain/messages/kinds.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { ThreadStore } from '../../ledger/threads.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { postToSlack } from './post-to-slack.ts'
import { secretOf } from './secret.ts'

const { SLACK_SECRET, SLACK_API_URL, LEDGER_TABLE } = env('SLACK_SECRET', 'SLACK_API_URL', 'LEDGER_TABLE')
const deps = {
  ledger: { threads: new ThreadStore(dynamoTable(LEDGER_TABLE)) },
  apiUrl: SLACK_API_URL,
  fetch,
  sleep,
  secret: secretOf(new SecretsManagerClient({}), SLACK_SECRET),
}
const about = v.object(v.entriesFromList(['campaign', 'image', 'ring', 'upstream'], v.exactOptional(text)))
const Notification = v.object({
  version: v.literal('1'),
  id: text,
  kind: v.picklist(kinds),
  severity: v.picklist(severities),
  level: v.picklist(['summary', 'detail']),
  about,
  subject: text,
  body: v.string(),
  links: v.array(v.object({ title: text, url: text })),
  facts: v.record(v.string(), v.unknown()),
  omittedLines: v.exactOptional(v.number()),
})
// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
const Sns = v.object({
  MessageId: text,
  Timestamp: time,
  Message: v.pipe(v.string(), v.parseJson(), Notification),
})
const Event = v.object({ Records: v.array(v.object({ Sns })) })

export const handler = createHandler(Event, async ({ Records }) => {
  for (const { Sns } of Records) await postToSlack(deps, Sns)
})
