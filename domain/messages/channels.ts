/** The protocols of SNS that a fleet subscribes with. */
export const protocols = ['email', 'https', 'sqs', 'lambda'] as const
export type Protocol = (typeof protocols)[number]

interface Row {
  /** What one of its channels is called. */
  title: string
  /** The function of functions/ that is deployed for each channel; undefined where the chat subscribes itself. */
  postedBy: string | undefined
}

/** The chats that a fleet tells, by their keys in `notify`: each has channels by name. */
export const chats = {
  slack: { title: 'Slack channel', postedBy: 'post-to-slack' },
  /** Amazon Q Developer in chat applications. */
  chat: { title: 'chat channel', postedBy: undefined },
} as const satisfies Record<string, Row>

export type Chat = keyof typeof chats
/** Those that functions of the fleet post to. */
export type PostedChat = { [C in Chat]: (typeof chats)[C]['postedBy'] extends string ? C : never }[Chat]

export const postedChats = (Object.keys(chats) as Chat[]).filter(
  (chat): chat is PostedChat => chats[chat].postedBy !== undefined,
)
