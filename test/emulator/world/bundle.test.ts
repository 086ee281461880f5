import crypto from 'node:crypto'
import { expect, it } from 'vitest'
import { loadHandler } from '../../../emulator/world/bundle.ts'
import { bundle } from './bundles.ts'

it('is given what stands for a module under both of its names, and all else by Node', async () => {
  const asks = "const names = ['crypto', 'node:crypto', 'node:path']; exports.handler = async () => names.map(require)"
  const ours = { createHmac: crypto.createHmac }
  const handler = await loadHandler(bundle(asks, 'index.js'), { crypto: ours })
  const [short, full, path] = (await handler({}, {})) as object[]
  expect([short, full]).toEqual([ours, ours])
  expect(path).toHaveProperty('join')
})

it('is compiled again where its file has changed', async () => {
  const says = (text: string) => `exports.handler = async () => '${text}'`
  const [one, two] = await Promise.all(
    ['one', 'two'].map(async (text) => (await loadHandler(bundle(says(text), 'index.js')))({}, {})),
  )
  expect([one, two]).toEqual(['one', 'two'])
})

it.each(['index.js', 'index.mjs'] as const)('keeps nothing from one cold start to the next: %s', async (file) => {
  const exported = file === 'index.js' ? 'exports.handler =' : 'export const handler ='
  const directory = bundle(`let times = 0; ${exported} async () => ++times`, file)
  const answers = [await loadHandler(directory), await loadHandler(directory)].map((handler) => handler({}, {}))
  expect(await Promise.all(answers)).toEqual([1, 1])
})
