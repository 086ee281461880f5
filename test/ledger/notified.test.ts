import { expect, it } from 'vitest'
import { levelAt } from '../../ledger/notified.ts'
import { memoryLedger } from '../support/ledger.ts'

it('tells everybody of the first few of a kind, and says with the last that there may be more', async () => {
  const ledger = memoryLedger()
  const images = [...Array(7).keys()].map((n) => `image-${n}`)
  const levels = []
  for (const image of images) levels.push(await ledger.campaigns.levelOf('c', 'image-failed', image))
  expect(levels.map(({ level }) => level)).toEqual([...Array(5).fill('summary'), 'detail', 'detail'])
  expect(levels.map(({ last }) => last ?? false)).toEqual([...Array(4).fill(false), true, false, false])
})

it('says the same when it is asked again, and counts each kind and campaign by itself', async () => {
  const ledger = memoryLedger()
  for (const image of ['a', 'b', 'a', 'a']) await ledger.campaigns.levelOf('c', 'image-failed', image, 1)
  expect(await ledger.campaigns.levelOf('c', 'image-failed', 'a', 1)).toEqual({ level: 'summary', last: true })
  expect(await ledger.campaigns.levelOf('c', 'image-failed', 'b', 1)).toEqual({ level: 'detail' })
  expect(await ledger.campaigns.levelOf('c', 'approval-requested#early', 'b', 1)).toMatchObject({ level: 'summary' })
  expect(await ledger.campaigns.levelOf('d', 'image-failed', 'b', 1)).toMatchObject({ level: 'summary' })
  expect(levelAt(5)).toEqual({ level: 'detail' })
})
