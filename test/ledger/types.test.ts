import { expect, it } from 'vitest'
import { type Key, type KeyOf, keyOf } from '../../ledger/keys.ts'
import { memoryTable } from '../../ledger/memory-table.ts'
import type { Table } from '../../ledger/table.ts'

/** Never called: `tsc` looks at it. Each line that is expected to be an error is one that the ledger must not take. */
async function mistakes(table: Table, byHand: Key) {
  const image = keyOf('image', { campaign: 'c', image: 'web' })
  await table.set(image, { status: 'candidate' })
  // @ts-expect-error a misspelt attribute
  await table.set(image, { staus: 'candidate' })
  // @ts-expect-error a misspelt value
  await table.set(image, { status: 'candidat' })
  // @ts-expect-error a misspelt attribute that is set once
  await table.set(image, {}, { startdAt: '2026-09-08T09:00:00Z' })
  // @ts-expect-error an attribute of another kind of item
  await table.set(image, { bakedAt: '2026-09-08T09:00:00Z' })
  // @ts-expect-error a value of another type
  await table.set(keyOf('release', { image: 'web', version: '1.0.0/1' }), { number: '1' })

  await table.unset(image, ['distributed'])
  // @ts-expect-error a misspelt name
  await table.unset(image, ['distribted'])

  await table.create(keyOf('warningNotice', { campaign: 'c', image: 'web' }), { warnings: [] })
  // @ts-expect-error an item without what it must have
  await table.create(keyOf('warningNotice', { campaign: 'c', image: 'web' }), {})
  // @ts-expect-error an item that nobody changes under its version
  await table.replace(image, { image: 'web' }, 1)

  // @ts-expect-error a key that is spelt manually
  await table.get(byHand)
  // @ts-expect-error a key without one of its parts
  keyOf('check', { campaign: 'c', image: 'web' })
  // @ts-expect-error the key of another kind
  const other: KeyOf<'check'> = image
  // @ts-expect-error an attribute that the item does not have
  return [(await table.get(image))?.bakedAt, other]
}

it('is a mistake that the compiler finds, and nothing else would', async () => {
  expect(mistakes).toBeTypeOf('function')
  // What the types do not stop, nothing does: the table itself takes any attribute.
  const table = memoryTable()
  const key = keyOf('image', { campaign: 'c', image: 'web' })
  await table.set(key, { staus: 'candidate' } as object)
  expect(table.items.get('CAMPAIGN#c|IMAGE#web')).toMatchObject({ staus: 'candidate' })
})
