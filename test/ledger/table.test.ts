import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import dynalite from 'dynalite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noLocks } from '../../domain/locks.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { keyOf } from '../../ledger/keys.ts'
import { memoryTable } from '../../ledger/memory-table.ts'
import { contentOf, ofKind, schema, type Table } from '../../ledger/table.ts'

// One contract, both forms: what the functions' tests use behaves as DynamoDB does.
const server = dynalite({ createTableMs: 0 })
let dynamo: Table
let client: DynamoDBClient
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  client = new DynamoDBClient({
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
  dynamo = dynamoTable('ledger', client)
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

const forms = { DynamoDB: () => dynamo, memory: memoryTable }

describe.each(Object.entries(forms))('the table in %s', (_, make) => {
  const waiting = { image: 'web', until: '2026-09-08T09:00:00Z', reasons: ['a freeze'] }
  const stored = { schema }

  it('touches no item that a newer version has stored', async () => {
    const table = make()
    const key = keyOf('release', { image: 'newer', version: '1.0.0/1' })
    const newer = { ...key, ami: 'ami-1', schema: schema + 1 }
    if ('items' in table) (table as ReturnType<typeof memoryTable>).items.set(`${key.pk}|${key.sk}`, newer)
    else await client.send(new PutItemCommand({ TableName: 'ledger', Item: marshall(newer) }))
    const refused = { name: 'NewerSchema', schema: schema + 1 }
    await expect(table.get(key)).rejects.toMatchObject(refused)
    await expect(table.all(key.pk)).rejects.toMatchObject(refused)
    await expect(table.set(key, { ami: 'ami-2' })).rejects.toMatchObject(refused)
    await expect(table.unset(key, ['ami'])).rejects.toMatchObject(refused)
  })

  it('creates an item once', async () => {
    const table = make()
    const key = keyOf('waitNotice', { campaign: 'create', until: waiting.until })
    expect(await table.create(key, waiting)).toBe(true)
    expect(await table.create(key, { ...waiting, image: 'db' })).toBe(false)
    expect(await table.get(key)).toEqual({ ...key, ...waiting, ...stored })
  })

  it('replaces an item only at the version that was read', async () => {
    const table = make()
    const key = keyOf('locks', {})
    expect(await table.replace(key, noLocks, 0)).toBe(true)
    expect(await table.replace(key, noLocks, 0)).toBe(false)
    expect(await table.replace(key, { ...noLocks, queue: [] }, 1)).toBe(true)
    expect(await table.get(key)).toEqual({ ...key, ...noLocks, version: 2, ...stored })
  })

  it('sets attributes, some of them once, and answers with the whole item', async () => {
    const table = make()
    const key = keyOf('image', { campaign: 'set', image: 'web' })
    await table.set(key, { status: 'baking', reason: 'new' }, { startedAt: '1' })
    const item = await table.set(key, { status: 'failed', ami: undefined }, { startedAt: '2', finishedAt: undefined })
    expect(item).toEqual({ ...key, status: 'failed', reason: 'new', startedAt: '1', ...stored })
    expect(await table.get(key)).toEqual(item)
  })

  it('makes an item of nothing but what is set once, or of nothing', async () => {
    const table = make()
    const key = keyOf('firstRetirement', {})
    expect(await table.set(key, {}, { operation: 'one' })).toEqual({ ...key, operation: 'one', ...stored })
    const reported = keyOf('waiverNotice', { cve: 'CVE-1', expires: '2026-10-01' })
    expect(await table.set(reported, {})).toEqual({ ...reported, ...stored })
  })

  it('takes attributes away, and only those', async () => {
    const table = make()
    const key = keyOf('wait', { id: 'unset' })
    await table.set(key, { taskToken: 't', outcome: { status: 'AVAILABLE' }, expires: 1 })
    await table.unset(key, ['taskToken', 'outcome', 'carry'])
    expect(await table.get(key)).toEqual({ ...key, expires: 1, ...stored })
  })

  it('removes an item, and nothing where there is none', async () => {
    const table = make()
    const key = keyOf('wait', { id: 'removed' })
    await table.set(key, { expires: 1 })
    await table.remove(key)
    expect(await table.get(key)).toBeUndefined()
    await table.remove(key)
    expect(await table.get(key)).toBeUndefined()
  })

  it('lists a partition by sort key, and tells its kinds apart', async () => {
    const table = make()
    for (const image of ['c', 'a', 'b']) await table.set(keyOf('image', { campaign: 'all', image }), { image })
    await table.set(keyOf('campaign', { campaign: 'all' }), { campaign: 'all' })
    const items = await table.all(keyOf('campaign', { campaign: 'all' }).pk)
    expect(items.map(({ sk }) => sk)).toEqual(['CAMPAIGN', 'IMAGE#a', 'IMAGE#b', 'IMAGE#c'])
    expect(ofKind(items, 'image')).toEqual([{ image: 'a' }, { image: 'b' }, { image: 'c' }])
    expect(ofKind(items, 'campaign')).toEqual([{ campaign: 'all' }])
    expect(await table.all('CAMPAIGN#nobody')).toEqual([])
    expect(await table.get(keyOf('copy', { ami: 'nobody' }))).toBeUndefined()
  })

  it('hands out nothing of its own with an item', async () => {
    const table = make()
    const key = keyOf('copy', { ami: 'ami-1' })
    const copy = { image: 'web', campaign: 'c', account: '111122223333', region: 'us-west-2' }
    expect(contentOf(await table.set(key, copy))).toEqual(copy)
  })
})

it('reads a partition of more than one page', async () => {
  const reason = 'x'.repeat(200_000)
  for (let n = 0; n < 8; n++) await dynamo.set(keyOf('image', { campaign: 'pages', image: `${n}` }), { reason })
  expect(await dynamo.all('CAMPAIGN#pages')).toHaveLength(8)
})
