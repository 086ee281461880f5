import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

export interface Key {
  pk: string
  sk: string
}

export type Item = Record<string, unknown>

/**
 * The one table that remembers. Every write touches one item and is atomic; nothing here needs a
 * transaction. Items are plain objects with `pk` and `sk`.
 */
export interface Ledger {
  get<T extends Item>(key: Key): Promise<T | undefined>
  /** Writes an item that must not exist yet; false when it does, and then nothing changes. */
  create(key: Key, item: Item): Promise<boolean>
  /** Replaces an item read at `version` (0: it did not exist); false when somebody else was faster. */
  replace(key: Key, item: Item, version: number): Promise<boolean>
  /** Sets attributes, those in `once` only where they are not set yet; answers with the whole item as it is then. */
  set<T extends Item>(key: Key, attributes: Item, once?: Item): Promise<T>
  /** Takes attributes away, where they are. */
  unset(key: Key, names: string[]): Promise<void>
  /** All items of a partition, in the order of `sk`. */
  all<T extends Item>(pk: string): Promise<T[]>
}

const options = { removeUndefinedValues: true, convertClassInstanceToMap: true }

/** True when `write` went through, false when its condition did not hold. */
async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

export function dynamoLedger(table: string, client = new DynamoDBClient({})): Ledger {
  const put = (item: Item, condition: string, values: Item = {}) =>
    held(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall(item, options),
          ConditionExpression: condition,
          ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
        }),
      ),
    )

  return {
    async get<T extends Item>(key: Key) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true }),
      )
      return Item && (unmarshall(Item) as T)
    },

    create: (key, item) => put({ ...key, ...item }, 'attribute_not_exists(pk)'),

    replace: (key, item, version) =>
      version === 0
        ? put({ ...key, ...item, version: 1 }, 'attribute_not_exists(pk)')
        : put({ ...key, ...item, version: version + 1 }, 'version = :read', { ':read': version }),

    async set<T extends Item>(key: Key, attributes: Item, once: Item = {}) {
      const given = Object.entries({ ...attributes, ...once }).filter(([, value]) => value !== undefined)
      const clauses = given.map(([name], at) =>
        name in once ? `#${at} = if_not_exists(#${at}, :${at})` : `#${at} = :${at}`,
      )
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: marshall(key),
          UpdateExpression: `SET ${clauses.join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(given.map(([name], at) => [`#${at}`, name])),
          ExpressionAttributeValues: marshall(
            Object.fromEntries(given.map(([, value], at) => [`:${at}`, value])),
            options,
          ),
          ReturnValues: 'ALL_NEW',
        }),
      )
      return unmarshall(Attributes ?? {}) as T
    },

    async unset(key, names) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: marshall(key),
          UpdateExpression: `REMOVE ${names.map((_, at) => `#${at}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
        }),
      )
    },

    async all<T extends Item>(pk: string) {
      const items: T[] = []
      let from: Record<string, never> | undefined
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: marshall({ ':pk': pk }),
            ConsistentRead: true,
            ...(from && { ExclusiveStartKey: from }),
          }),
        )
        items.push(...(page.Items ?? []).map((item) => unmarshall(item) as T))
        from = page.LastEvaluatedKey as typeof from
      } while (from)
      return items
    },
  }
}
