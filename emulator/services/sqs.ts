import { createHash } from 'node:crypto'
import type { GetQueueAttributesRequest, ReceiveMessageRequest } from '@aws-sdk/client-sqs'
import { Partitions } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

export interface Queue {
  account: string
  region: string
  name: string
  messages: { id: string; body: string; sent: Date }[]
}

/** Dead letter queues: the world puts messages there, an operator looks. Looking hides nothing and changes nothing. */
export class Sqs implements Service {
  readonly #queues = new Partitions<Map<string, Queue>>(() => new Map())

  addQueue(place: { account: string; region: string }, name: string): void {
    this.#queues.in(place).set(name, { ...place, name, messages: [] })
  }

  removeQueue(place: { account: string; region: string }, name: string): void {
    this.#queues.in(place).delete(name)
  }

  hasQueue(place: { account: string; region: string }, name: string): boolean {
    return this.#queues.in(place).has(name)
  }

  /** @throws Error where the account has no queue of that ARN */
  put(queueArn: string, message: Queue['messages'][number]): void {
    const [, , , region = '', account = '', name = ''] = queueArn.split(':')
    const queue = this.#queues.in({ account, region }).get(name)
    if (!queue) throw new Error(`no queue ${queueArn}`)
    queue.messages.push(message)
  }

  readonly permissions: Record<string, PermissionsOf> = Object.fromEntries(
    ['GetQueueAttributes', 'ReceiveMessage', 'PurgeQueue'].map((name) => [
      name,
      ({ QueueUrl }: { QueueUrl: string }, { account, region }: Context) => [
        { action: `sqs:${name}`, resource: `arn:aws:sqs:${region}:${account}:${nameOf(QueueUrl)}` },
      ],
    ]),
  )

  readonly operations = {
    ListQueues: ({ QueueNamePrefix: prefix = '' }: { QueueNamePrefix?: string }, context: Context) => ({
      QueueUrls: [...this.#queues.in(context).values()].filter(({ name }) => name.startsWith(prefix)).map(urlOf),
    }),

    GetQueueUrl: ({ QueueName }: { QueueName: string }, context: Context) => ({
      QueueUrl: urlOf(this.#existing(QueueName, context)),
    }),

    GetQueueAttributes: ({ QueueUrl, AttributeNames = [] }: GetQueueAttributesRequest, context: Context) => {
      const { account, region, name, messages } = this.#existing(QueueUrl ?? '', context)
      const all: Record<string, string> = {
        QueueArn: `arn:aws:sqs:${region}:${account}:${name}`,
        ApproximateNumberOfMessages: `${messages.length}`,
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: '0',
      }
      const wanted = AttributeNames as string[]
      const chosen = Object.entries(all).filter(([key]) => wanted.includes('All') || wanted.includes(key))
      return { Attributes: Object.fromEntries(chosen) }
    },

    PurgeQueue: ({ QueueUrl }: { QueueUrl: string }, context: Context) => {
      this.#existing(QueueUrl, context).messages.length = 0
    },

    ReceiveMessage: ({ QueueUrl, MaxNumberOfMessages: most = 1 }: ReceiveMessageRequest, context: Context) => {
      const { messages } = this.#existing(QueueUrl ?? '', context)
      const reported = messages.slice(0, most).map(({ id, body, sent }) => ({
        MessageId: id,
        ReceiptHandle: id,
        Body: body,
        MD5OfBody: createHash('md5').update(body).digest('hex'),
        Attributes: { SentTimestamp: `${sent.getTime()}` },
      }))
      return reported.length === 0 ? {} : { Messages: reported }
    },
  }

  #existing(named: string, context: Context): Queue {
    const queue = this.#queues.in(context).get(nameOf(named))
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    return queue
  }
}

const nameOf = (url: string) => url.split('/').at(-1) ?? url
const urlOf = ({ account, region, name }: Queue) => `https://sqs.${region}.amazonaws.com/${account}/${name}`
