import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusingNewer } from '../../../cli/deployment/ledger.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { ledgerOn } from '../../../ledger/ledger.ts'
import { memoryTable } from '../../../ledger/memory-table.ts'
import { exampleFile } from '../../support/fleets.ts'
import { runRebake } from '../run.ts'

const refused = 'This fleet was deployed by a newer Rebake (schema 2). Update the command.'
const image = keyOf('image', { campaign: 'c', image: 'web' })

/** A ledger with one item, as a command reads it. */
async function reading(schema: number | undefined) {
  const table = memoryTable()
  await table.set(image, { image: 'web', status: 'baking' })
  for (const item of table.items.values()) {
    if (schema === undefined) delete item.schema
    else item.schema = schema
  }
  const { campaigns } = ledgerOn(refusingNewer(table))
  return [() => campaigns.readImage('c', 'web'), async () => (await campaigns.read('c')).images[0]]
}

describe('what a command reads', () => {
  it.each([[undefined], [1]])('is an item of schema %s', async (schema) => {
    for (const read of await reading(schema)) expect(await read()).toEqual({ image: 'web', status: 'baking' })
  })

  it('is no item of a newer schema', async () => {
    for (const read of await reading(2))
      await expect(read()).rejects.toMatchObject({ name: 'BadInput', message: refused })
  })
})

describe('a command that is older than the fleet', () => {
  const caller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
    <Arn>arn:aws:iam::111122223333:user/operator</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`
  const item = { pk: { S: 'FLEET' }, sk: { S: 'FLEET' }, campaigns: { N: '0' }, schema: { N: '2' } }
  const aws = createServer(({ headers }, response) => {
    const ofDynamo = headers['x-amz-target'] !== undefined
    response.setHeader('content-type', ofDynamo ? 'application/x-amz-json-1.0' : 'text/xml')
    response.end(ofDynamo ? JSON.stringify({ Item: item }) : caller)
  })
  beforeAll(() => new Promise<void>((listening) => void aws.listen(0, '127.0.0.1', () => listening())))
  afterAll(() => new Promise<void>((closed) => void aws.close(() => closed())))

  it('says so, and ends with exit code 2', async () => {
    const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`
    const args = ['history', 'web-frontend', '--fleet', resolve(exampleFile), '--endpoint-url', endpoint]
    const { code, stdout, stderr } = await runRebake('.', args)
    expect([code, stdout, stderr]).toEqual([2, '', `error: ${refused}\n`])
  })
})
