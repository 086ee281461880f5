import { chats, type PostedChat, postedChats } from '../messages/channels.ts'
import type { Fleet } from './model.ts'
import type { Audience } from './notify.ts'

/** A channel of a chat that a function of the fleet posts to. */
export interface PostedChannel {
  chat: PostedChat
  channel: string
  /** Of the secret that it takes to post. */
  secret: string
  audience: Audience
  /** The directory of the function, and the function's own name after the fleet's. */
  bundle: (typeof chats)[PostedChat]['postedBy']
  functionName: string
}

export const postedChannels = ({ notify }: Pick<Fleet, 'notify'>): PostedChannel[] =>
  postedChats.flatMap((chat) =>
    Object.entries(notify[chat]).map(([channel, settings]) => {
      const { secret, ...audience } = settings
      const bundle = chats[chat].postedBy
      return { chat, channel, secret, audience, bundle, functionName: `${bundle}-${channel}` }
    }),
  )
