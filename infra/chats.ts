import type { Code } from 'aws-cdk-lib/aws-lambda'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { type PostedChannel, postedChannels } from '../domain/fleet/posted-channels.ts'
import type { Chat, PostedChat } from '../domain/messages/channels.ts'
import { filtersOf } from './audience.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FunctionSpec } from './functions/function-spec.ts'
import type { GrantContext } from './functions/grants.ts'
import type { BundleName } from './functions/names.ts'
import { RebakeFunction } from './rebake-function.ts'
import { createChatChannels, slackSpec } from './slack.ts'

interface ChatProps extends GrantContext {
  codeOf: (name: BundleName) => Code
  deadLetters: DeadLetters
}

/** What posts to a channel of a chat. */
const specs = { slack: slackSpec } satisfies Record<
  PostedChat,
  (surroundings: GrantContext, posted: PostedChannel) => FunctionSpec
>

/** Chats that subscribe themselves to the topic. */
const subscribers = { chat: createChatChannels } satisfies Record<
  Exclude<Chat, PostedChat>,
  (scope: Construct, surroundings: GrantContext) => void
>

/**
 * The channels of every chat of the fleet. A function for each channel that is posted to, whose code all channels of the chat
 * share: the topic invokes it with what the channel is to get.
 */
export function createChats(
  scope: Construct,
  { codeOf, deadLetters, ...surroundings }: ChatProps,
): [name: BundleName, RebakeFunction][] {
  const { fleet, notifications } = surroundings
  const made = postedChannels(fleet).map((posted): [BundleName, RebakeFunction] => {
    const { bundle, functionName: name, audience } = posted
    const spec = specs[posted.chat](surroundings, posted)
    const created = new RebakeFunction(scope, { fleet, name, spec, code: codeOf(bundle), deadLetters })
    notifications.addSubscription(new LambdaSubscription(created.function, filtersOf(fleet, audience)))
    return [bundle, created]
  })
  for (const subscribe of Object.values(subscribers)) subscribe(scope, surroundings)
  return made
}
