import { EventEmitter } from 'node:events'
import dynalite from 'dynalite'
import { modelOf } from '../protocol/models.ts'
import { read, shapeOf } from '../protocol/shape.ts'
import { operationOf } from '../protocol/wire.ts'
import { Partitions } from './support.ts'
import { AwsError, type Context, type Operation, type PermissionsOf, type Service, type ServiceDeps } from './types.ts'

type Json = Record<string, unknown>
type Place = { account: string; region: string }

const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'CreateTable',
  'DescribeTable',
  'ListTables',
  'DescribeTimeToLive',
]

/** DynamoDB is the dynalite package, in memory; requests go to it without a socket. */
export class DynamoDb implements Service {
  readonly #stores = new Partitions(() => dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 }))
  readonly #created = new Map<string, Date>()
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  readonly permissions = Object.fromEntries(operations.map((name) => [name, onTables(name)]))
  readonly operations: Record<string, Operation> = Object.fromEntries(
    operations.map((name) => [name, (input: Json, context: Context) => this.#answer(name, input, context)]),
  )

  /** Makes a table of the CloudFormation properties of an AWS::DynamoDB::Table or GlobalTable; ready when it resolves. */
  async createTable(place: Place, properties: Json): Promise<{ name: string; arn: string }> {
    const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties
    const name = String(TableName)
    const input = {
      TableName,
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
      LocalSecondaryIndexes,
      BillingMode: 'PAY_PER_REQUEST',
    }
    this.#created.set(arnOf(name, place), new Date(this.#deps.clock.now()))
    await this.#perform('CreateTable', input, place)
    const status = async () => {
      const { Table } = (await this.#perform('DescribeTable', { TableName: name }, place)) as { Table: Json }
      return Table.TableStatus
    }
    while ((await status()) !== 'ACTIVE') await new Promise((resolve) => setImmediate(resolve))
    return { name, arn: arnOf(name, place) }
  }

  /** Takes a table away, with all that is in it; gone when it resolves. */
  async deleteTable(place: Place, name: string): Promise<void> {
    await this.#perform('DeleteTable', { TableName: name }, place)
    const names = async () => {
      const { TableNames } = (await this.#perform('ListTables', {}, place)) as { TableNames: string[] }
      return TableNames
    }
    while ((await names()).includes(name)) await new Promise((resolve) => setImmediate(resolve))
  }

  /** The answer as the emulator holds values: bytes and dates, where JSON has text and numbers. */
  async #answer(operation: string, input: Json, place: Place): Promise<unknown> {
    const { output } = operationOf(await modelOf('dynamodb'), operation)
    return read(shapeOf(output), await this.#perform(operation, input, place), [])
  }

  async #perform(operation: string, input: Json, place: Place): Promise<Json> {
    const { ReturnValuesOnConditionCheckFailure: onFailure, ...plain } = input
    try {
      const output = await this.#send(operation, onFailure === undefined ? input : plain, place)
      return this.#ofThisWorld(output, place)
    } catch (error) {
      const failed = error instanceof AwsError && error.name === 'ConditionalCheckFailedException'
      if (!failed || onFailure !== 'ALL_OLD') throw error
      throw new AwsError(error.name, error.message, undefined, await this.#itemOf(input, place))
    }
  }

  // dynalite has no ReturnValuesOnConditionCheckFailure: nothing else runs between the failure and this read.
  async #itemOf({ TableName, Key, Item }: Json, place: Place): Promise<Json> {
    const { Table } = (await this.#send('DescribeTable', { TableName }, place)) as {
      Table: { KeySchema: { AttributeName: string }[] }
    }
    const from = (Key ?? Item) as Json
    const key = Object.fromEntries(Table.KeySchema.map(({ AttributeName: name }) => [name, from[name]]))
    const { Item: item } = await this.#send('GetItem', { TableName, Key: key, ConsistentRead: true }, place)
    return item === undefined ? {} : { Item: item }
  }

  #send(operation: string, input: Json, place: Place): Promise<Json> {
    const request = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=e',
        'x-amz-date': '20000101T000000Z',
      },
    })
    return new Promise((resolve, reject) => {
      const response = {
        statusCode: 200,
        setHeader() {},
        end(body: string) {
          const answer = JSON.parse(body || '{}', mayBeEmpty.test(operation) ? withinModel : undefined) as Json
          if (response.statusCode === 200) resolve(answer)
          else
            reject(
              new AwsError(
                String(answer.__type).split('#').at(-1) ?? '',
                String(answer.message ?? answer.Message),
                response.statusCode,
              ),
            )
        },
      }
      this.#stores.in(place).emit('request', request, response)
      request.emit('data', Buffer.from(JSON.stringify(input, bytesAsBase64)))
      request.emit('end')
    })
  }

  /** dynalite knows one account, and the machine's time. */
  #ofThisWorld(output: Json, place: Place): Json {
    const key = 'Table' in output ? 'Table' : 'TableDescription'
    const table = output[key] as Json | undefined
    if (!table) return output
    const arn = arnOf(String(table.TableName), place)
    const id = this.#deps.random.fork(`table/${arn}`).uuid()
    const created = this.#created.get(arn) ?? new Date(this.#deps.clock.now())
    const billing = table.BillingModeSummary ? { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } : {}
    return {
      ...output,
      [key]: { ...table, TableArn: arn, TableId: id, CreationDateTime: created, ...billing },
    }
  }
}

const arnOf = (name: string, { account, region }: Place) => `arn:aws:dynamodb:${region}:${account}:table/${name}`

/** AWS's model bounds these from below, and dynalite, like AWS, answers less: none is the same as nothing. */
const mayBeEmpty = /Table|^Batch/
const withinModel = (key: string, value: unknown) => {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  const isNothing = key === 'NumberOfDecreasesToday' ? value === 0 : key.startsWith('Unprocessed') && isEmpty
  return isNothing ? undefined : value
}

const bytesAsBase64 = (_key: string, value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value

function onTables(operation: string): PermissionsOf {
  return (input: { TableName?: string; IndexName?: string; RequestItems?: Json }, context) => {
    const names = input.TableName === undefined ? Object.keys(input.RequestItems ?? {}) : [input.TableName]
    const index = input.IndexName === undefined ? '' : `/index/${input.IndexName}`
    const resources = names.map((name) => (name.startsWith('arn:') ? name : arnOf(name, context)) + index)
    const action = `dynamodb:${operation}`
    return resources.length === 0 ? [{ action, resource: '*' }] : resources.map((resource) => ({ action, resource }))
  }
}
