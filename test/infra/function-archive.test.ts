import { brotliCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { packFunctions, unpackFunctions } from '../../infra/function-archive.ts'

const file = (path: string, text: string) => ({ path, contents: Buffer.from(text) })
const files = [
  file('start-bake/index.js', 'exports.handler = () => "ä"\n'),
  file('start-bake/index.js.map', '{}'),
  file('acquire-lock/index.js', ''),
]
const textsOf = (archive: Uint8Array) =>
  Object.fromEntries(unpackFunctions(archive).map(({ path, contents }) => [path, Buffer.from(contents).toString()]))

it('has every file, byte by byte', () => {
  expect(textsOf(packFunctions(files))).toEqual({
    'acquire-lock/index.js': '',
    'start-bake/index.js': 'exports.handler = () => "ä"\n',
    'start-bake/index.js.map': '{}',
  })
})

it('is the same for the same files in another order', () => {
  expect(packFunctions(files.toReversed())).toEqual(packFunctions(files))
})

it('sees what functions have in common', () => {
  const code = Array.from({ length: 20_000 }, (_, i) => `call(${(i * 2654435761) % 1e9});`).join('\n')
  const size = (count: number) =>
    packFunctions(Array.from({ length: count }, (_, i) => file(`${i}/index.js`, `${code}${i}`))).length
  expect(size(10)).toBeLessThan(size(1) * 1.1)
})

it('refuses what is not whole', () => {
  expect(() => unpackFunctions(brotliCompressSync(Buffer.from('[["a/index.js",9]]\nshort')))).toThrow(
    'the archive of functions has 24 bytes, and its index 28',
  )
})
