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
import { type AnyItem, type Attributes, refuseNewer, type Stored, schema, type Table } from './table.ts'

const options = { removeUndefinedValues: true, convertClassInstanceToMap: true }

interface Update {
  UpdateExpression: string
  names: Record<string, string>
  values?: Record<string, unknown>
  ReturnValues: 'ALL_NEW' | 'ALL_OLD'
}

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

  const get = async <K extends ItemKind>(key: KeyOf<K>) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true }),
    )
    return Item && refuseNewer(unmarshall(Item) as Stored<K>)
  }

  /** Sends an update that is not made of a newer item. */
  const update = async <K extends ItemKind>(key: KeyOf<K>, input: Update) => {
    const { names, values = {}, ...rest } = input
    const command = new UpdateItemCommand({
      ...rest,
      TableName: table,
      Key: marshall(key),
      ConditionExpression: 'attribute_not_exists(#schema) OR #schema <= :schema',
      ExpressionAttributeNames: { ...names, '#schema': 'schema' },
      ExpressionAttributeValues: marshall({ ...values, ':schema': schema }, options),
    })
    try {
      return (await client.send(command)).Attributes
    } catch (error) {
      // Which says of what schema it is.
      if (error instanceof ConditionalCheckFailedException) await get(key)
      throw error
    }
  }

  return {
    get,

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
      const item = await update(key, {
        UpdateExpression: `SET ${clauses.join(', ')}`,
        names,
        values,
        ReturnValues: 'ALL_NEW',
      })
      return unmarshall(item ?? {}) as Stored<K>
    },

    async unset<K extends ItemKind>(key: KeyOf<K>, names: string[]) {
      const item = await update(key, {
        UpdateExpression: `REMOVE ${names.map((_, at) => `#${at}`).join(', ')}`,
        names: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
        ReturnValues: 'ALL_OLD',
      })
      return item && (unmarshall(item) as Stored<K>)
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
        items.push(...(page.Items ?? []).map((item) => refuseNewer(unmarshall(item) as AnyItem)))
        from = page.LastEvaluatedKey as typeof from
      } while (from)
      return items
    },
  }
}
