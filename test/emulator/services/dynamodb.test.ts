import {
  BatchGetItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

const TableName = 'golden-ledger'
let world: Served
let client: DynamoDBClient

const properties = {
  TableName,
  AttributeDefinitions: ['pk', 'sk', 'gk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-gk',
      KeySchema: [{ AttributeName: 'gk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
}

beforeAll(async () => {
  world = await served()
  const made = await world.aws.dynamodb.createTable(build, properties)
  expect(made).toEqual({
    name: TableName,
    arn: 'arn:aws:dynamodb:us-east-1:111111111111:table/golden-ledger',
  })
  client = new DynamoDBClient(clientOptions(world, roleWith(world.aws, [allow('dynamodb:*')])))
})

afterAll(async () => {
  await world.close()
})

const key = { pk: { S: 'image#base' }, sk: { S: 'state' } }

it('keeps items of every type', async () => {
  const Item = {
    ...key,
    gk: { S: 'g' },
    count: { N: '3' },
    on: { BOOL: true },
    none: { NULL: true },
    bytes: { B: new Uint8Array([1, 2, 255]) },
    list: { L: [{ S: 'a' }, { M: { n: { N: '1' } } }] },
    set: { SS: ['a', 'b'] },
  }
  await client.send(new PutItemCommand({ TableName, Item }))
  expect((await client.send(new GetItemCommand({ TableName, Key: key }))).Item).toEqual(Item)
  expect(world.aws.calls.at(-1)?.output).toMatchObject({ Item: { bytes: { B: 'AQL/' } } })
  const batch = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key] } } }))
  expect(batch.Responses?.[TableName]).toEqual([Item])
})

it('queries an index, and scans', async () => {
  const byIndex = await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'by-gk',
      KeyConditionExpression: 'gk = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    }),
  )
  expect(byIndex.Count).toBe(1)
  expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(1)
})

it('updates on a condition and gives back the item, also when the condition fails', async () => {
  const input = {
    TableName,
    Key: key,
    UpdateExpression: 'SET #c = :four',
    ConditionExpression: '#c = :three',
    ExpressionAttributeNames: { '#c': 'count' },
    ReturnValues: 'ALL_NEW' as const,
    ExpressionAttributeValues: { ':four': { N: '4' }, ':three': { N: '3' } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
  const { Attributes } = await client.send(new UpdateItemCommand(input))
  expect(Attributes).toMatchObject({ ...key, count: { N: '4' } })
  const again = client.send(new UpdateItemCommand(input))
  await expect(again).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { ...key, count: { N: '4' } },
  })
})

it('is of this world: its account, and its time', async () => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  expect(Table).toMatchObject({
    TableArn: 'arn:aws:dynamodb:us-east-1:111111111111:table/golden-ledger',
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date('2026-09-01T12:00:00Z'),
  })
})

it('refuses in DynamoDB’s words', async () => {
  const missing = client.send(new GetItemCommand({ TableName: 'golden-nothing', Key: key }))
  await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  const wrongKey = client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'x' } } }))
  await expect(wrongKey).rejects.toMatchObject({ name: 'ValidationException' })
})

itFitsTheModels(() => world.aws.calls)
