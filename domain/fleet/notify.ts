import * as v from 'valibot'
import { type Chat as ChatKind, chats, type Protocol } from '../messages/channels.ts'
import { kinds, severities } from '../messages/kinds.ts'
import { imagePatterns } from './timing.ts'
import {
  atLeastOne,
  describe,
  emailAddress,
  flag,
  listOf,
  matching,
  named,
  object,
  oneOf,
  reference,
} from './values.ts'

/** Which messages somebody gets: those that are all of this. */
const audience = {
  severity: v.pipe(v.optional(oneOf(severities), 'info'), describe('At least this')),
  images: v.pipe(v.exactOptional(imagePatterns), describe('Only about these images; * for any characters')),
  kinds: v.pipe(v.exactOptional(atLeastOne(oneOf(kinds), 'kind')), describe('Only these kinds')),
  rings: v.pipe(v.exactOptional(atLeastOne(reference('a ring'), 'ring')), describe('Only about these rings')),
  upstreams: v.pipe(
    v.exactOptional(atLeastOne(reference('an upstream'), 'upstream')),
    describe('Only about these upstreams'),
  ),
  detail: v.pipe(
    v.exactOptional(flag),
    describe('Each image one by one, too. Default: true where images are named, otherwise false'),
  ),
}

const endpoints = {
  email: v.exactOptional(emailAddress),
  https: v.exactOptional(matching(/^https:\/\/[^\s]+$/, 'an https URL')),
  sqs: v.exactOptional(matching(/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of an SQS queue')),
  lambda: v.exactOptional(
    matching(/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+$/, 'the ARN of a Lambda function'),
  ),
} satisfies Record<Protocol, v.ObjectEntries[string]>

const Subscription = object({ ...endpoints, ...audience })

const Slack = object({
  secret: v.pipe(
    matching(/^[\w/+=.@-]{1,512}$/, 'the name of a secret in Secrets Manager'),
    describe('JSON: { "url": ... } of an incoming webhook, or { "token": ..., "channel": ... } of a bot'),
  ),
  ...audience,
})

const Chat = object({
  workspace: matching(/^T[0-9A-Z]{1,254}$/, 'the id of a Slack workspace, such as T0123ABCDEF'),
  channel: matching(/^[A-Za-z0-9]{1,256}$/, 'the id of a Slack channel, such as C0123ABCDEF'),
})

const channels = {
  slack: v.pipe(
    v.optional(named(Slack, chats.slack.title), {}),
    describe("Slack channels that the fleet's own function posts to"),
  ),
  chat: v.pipe(
    v.optional(named(Chat, chats.chat.title), {}),
    describe('Slack channels that Amazon Q Developer in chat applications posts to, in threads'),
  ),
} satisfies Record<ChatKind, v.GenericSchema>

export const Notify = object({
  email: v.pipe(v.optional(listOf(emailAddress), []), describe('Who gets what concerns everybody')),
  subscriptions: v.pipe(
    v.optional(named(Subscription, 'subscription'), {}),
    describe('Who gets what: by email, https, sqs or lambda'),
  ),
  runFrom: v.pipe(
    v.exactOptional(
      matching(/^[\x20-\x7e]{1,200}$/, 'a line of at most 200 characters, such as the URL of a repository'),
    ),
    describe("Where the commands that messages name are run: the URL of the fleet's repository, or words"),
  ),
  ...channels,
})

export type Audience = Pick<
  v.InferOutput<typeof Slack>,
  'severity' | 'images' | 'kinds' | 'rings' | 'upstreams' | 'detail'
>
