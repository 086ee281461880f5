import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import type { ItemKind, KeyOf } from './keys.ts'
import { type AnyItem, type Attributes, type Stored, schema, type Table } from './table.ts'

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

export function dynamoTable(table: string, client = new DynamoDBClient({})): Table {
  const put = (item: object, condition: string, values: object = {}) =>
    held(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall({ ...item, schema }, options),
          ConditionExpression: condition,
          ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
        }),
      ),
    )

  return {
    async get<K extends ItemKind>(key: KeyOf<K>) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true }),
      )
      return Item && (unmarshall(Item) as Stored<K>)
    },

    create: (key, item) => put({ ...key, ...item }, 'attribute_not_exists(pk)'),

    replace: (key, item, version) =>
      version === 0
        ? put({ ...key, ...item, version: 1 }, 'attribute_not_exists(pk)')
        : put({ ...key, ...item, version: version + 1 }, 'version = :read', { ':read': version }),

    async set<K extends ItemKind>(key: KeyOf<K>, attributes: Attributes<K>, once?: Attributes<K>) {
      const firsts = once ?? {}
      const given = Object.entries({ ...attributes, ...firsts }).filter(([, value]) => value !== undefined)
      const clauses = given.map(([name], at) =>
        name in firsts ? `#${at} = if_not_exists(#${at}, :${at})` : `#${at} = :${at}`,
      )
      clauses.push('#schema = :schema')
      const names = Object.fromEntries(given.map(([name], at) => [`#${at}`, name]))
      const values = Object.fromEntries(given.map(([, value], at) => [`:${at}`, value]))
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: marshall(key),
          UpdateExpression: `SET ${clauses.join(', ')}`,
          ExpressionAttributeNames: { ...names, '#schema': 'schema' },
          ExpressionAttributeValues: marshall({ ...values, ':schema': schema }, options),
          ReturnValues: 'ALL_NEW',
        }),
      )
      return unmarshall(Attributes ?? {}) as Stored<K>
    },

    async unset<K extends ItemKind>(key: KeyOf<K>, names: string[]) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: marshall(key),
          UpdateExpression: `REMOVE ${names.map((_, at) => `#${at}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
          ReturnValues: 'ALL_OLD',
        }),
      )
      return Attributes && (unmarshall(Attributes) as Stored<K>)
    },

    async remove(key) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: marshall(key) }))
    },

    async all(pk) {
      const items: AnyItem[] = []
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
        items.push(...(page.Items ?? []).map((item) => unmarshall(item) as AnyItem))
        from = page.LastEvaluatedKey as typeof from
      } while (from)
      return items
    },
  }
}
