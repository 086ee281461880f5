import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyOf } from '../../ledger/keys.ts'
import { memoryTable } from '../../ledger/memory-table.ts'
import { changeVersioned, readVersioned } from '../../ledger/versioned-item.ts'

const key = keyOf('fleetState', {})
const none = { campaigns: 0, upstreams: {}, images: {} }
const more = (known: typeof none) => ({ ...known, campaigns: known.campaigns + 1 })

it('begins with what stands for nothing, and gives back what was written', async () => {
  const table = memoryTable()
  expect(await readVersioned(table, key, none)).toEqual(none)
  expect(await changeVersioned(table, key, none, more)).toEqual({ ...none, campaigns: 1 })
  expect(await readVersioned(table, key, none)).toEqual({ ...none, campaigns: 1 })
  expect(table.items.get('FLEET|FLEET')).toEqual({ ...key, ...none, campaigns: 1, version: 1, schema: 1 })
})

it('writes nothing where nothing changes', async () => {
  const table = memoryTable()
  expect(await changeVersioned(table, key, none, (same) => same)).toBe(none)
  expect(table.items.size).toBe(0)
  await changeVersioned(table, key, none, more)
  await changeVersioned(table, key, none, (same) => same)
  expect(table.items.get('FLEET|FLEET')).toMatchObject({ version: 1 })
})

it('loses no change, however many are made at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.scheduler(), async (many, scheduler) => {
      const table = memoryTable()
      const slow = {
        ...table,
        get: scheduler.scheduleFunction(table.get),
        replace: scheduler.scheduleFunction(table.replace),
      } as typeof table
      const changes = Array.from({ length: many }, () => changeVersioned(slow, key, none, more))
      await scheduler.waitFor(Promise.all(changes))
      expect(await readVersioned(table, key, none)).toEqual({ ...none, campaigns: many })
    }),
    { numRuns: 30 },
  )
})

it('gives up as something that another try may fix, and has changed nothing', async () => {
  const table = memoryTable()
  const busy = { ...table, replace: async () => false }
  await expect(changeVersioned(busy, key, none, more)).rejects.toMatchObject({ name: 'Transient' })
  expect(table.items.size).toBe(0)
})
