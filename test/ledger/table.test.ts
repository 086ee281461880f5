import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoLedger, type Ledger } from '../../ledger/table.ts'
import { memoryLedger } from '../support/ledger.ts'

// One contract, both adapters: the fake that the functions' tests use behaves as DynamoDB does.
const server = dynalite({ createTableMs: 0 })
let dynamo: Ledger
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-west-2',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(
    new CreateTableCommand({
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  dynamo = dynamoLedger('ledger', client)
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

describe.each([
  ['DynamoDB', () => dynamo],
  ['memory', memoryLedger],
])('ledger in %s', (_, make) => {
  const key = (name: string) => ({ pk: `P#${name}`, sk: 'S' })

  it('creates an item once', async () => {
    const ledger = make()
    expect(await ledger.create(key('create'), { a: 1, nested: { list: ['x'] } })).toBe(true)
    expect(await ledger.create(key('create'), { a: 2 })).toBe(false)
    expect(await ledger.get(key('create'))).toEqual({ ...key('create'), a: 1, nested: { list: ['x'] } })
  })

  it('replaces an item only at the version that was read', async () => {
    const ledger = make()
    expect(await ledger.replace(key('replace'), { a: 1 }, 0)).toBe(true)
    expect(await ledger.replace(key('replace'), { a: 2 }, 0)).toBe(false)
    expect(await ledger.replace(key('replace'), { a: 3 }, 1)).toBe(true)
    expect(await ledger.get(key('replace'))).toMatchObject({ a: 3, version: 2 })
  })

  it('sets attributes, some of them once, and answers with the whole item', async () => {
    const ledger = make()
    await ledger.set(key('set'), { status: 'baking', reason: 'new' }, { startedAt: 1 })
    const item = await ledger.set(key('set'), { status: 'done', left: undefined }, { startedAt: 2 })
    expect(item).toEqual({ ...key('set'), status: 'done', reason: 'new', startedAt: 1 })
  })

  it('lists a partition by sort key', async () => {
    const ledger = make()
    for (const sk of ['c', 'a', 'b']) await ledger.create({ pk: 'P#all', sk }, { sk2: sk })
    expect((await ledger.all('P#all')).map(({ sk }) => sk)).toEqual(['a', 'b', 'c'])
    expect(await ledger.get(key('nobody'))).toBeUndefined()
  })
})

it('reads a partition of more than one page', async () => {
  const text = 'x'.repeat(200_000)
  for (let n = 0; n < 8; n++) await dynamo.create({ pk: 'P#pages', sk: `${n}` }, { text })
  expect(await dynamo.all('P#pages')).toHaveLength(8)
})
