import fc from 'fast-check'
import { expect, it } from 'vitest'
import { changeDocument, readDocument } from '../../ledger/versioned-item.ts'
import { memoryLedger } from '../support/ledger.ts'

const key = { pk: 'FLEET', sk: 'FLEET' }
const none = { count: 0 }
const more = ({ count }: typeof none) => ({ count: count + 1 })

it('begins with what stands for nothing, and gives back what was written', async () => {
  const ledger = memoryLedger()
  expect(await readDocument(ledger, key, none)).toEqual({ count: 0 })
  expect(await changeDocument(ledger, key, none, more)).toEqual({ count: 1 })
  expect(await readDocument(ledger, key, none)).toEqual({ count: 1 })
  expect(ledger.items.get('FLEET|FLEET')).toEqual({ ...key, count: 1, version: 1 })
})

it('writes nothing where nothing changes', async () => {
  const ledger = memoryLedger()
  expect(await changeDocument(ledger, key, none, (same) => same)).toBe(none)
  expect(ledger.items.size).toBe(0)
  await changeDocument(ledger, key, none, more)
  await changeDocument(ledger, key, none, (same) => same)
  expect(ledger.items.get('FLEET|FLEET')).toMatchObject({ version: 1 })
})

it('loses no change, however many are made at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.scheduler(), async (many, scheduler) => {
      const ledger = memoryLedger()
      const slow = {
        ...ledger,
        get: scheduler.scheduleFunction(ledger.get),
        replace: scheduler.scheduleFunction(ledger.replace),
      } as typeof ledger
      const changes = Array.from({ length: many }, () => changeDocument(slow, key, none, more))
      await scheduler.waitFor(Promise.all(changes))
      expect(await readDocument(ledger, key, none)).toEqual({ count: many })
    }),
    { numRuns: 30 },
  )
})

it('gives up as something that another try may mend, and has changed nothing', async () => {
  const ledger = memoryLedger()
  const busy = { ...ledger, replace: async () => false }
  await expect(changeDocument(busy, key, none, more)).rejects.toMatchObject({ name: 'Transient' })
  expect(ledger.items.size).toBe(0)
})
