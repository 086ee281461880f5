import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../infra/temporary-directory.ts'

const url = pathToFileURL('infra/temporary-directory.ts').href
const program = `
  const { temporaryDirectory } = await import('${url}')
  const made = [temporaryDirectory(), temporaryDirectory()]
  console.log(made.map(({ directory }) => directory).join())
  setTimeout(() => process.exit(0), process.argv[1] === 'waits' ? 60_000 : 0)
`

async function run(how: 'waits' | 'ends', signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, how])
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const directories = line.toString().trim().split(',')
  if (signal) child.kill(signal)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, left: directories.filter((directory) => existsSync(directory)) }
}

it('is gone once it is no longer needed, and leaves no listener', () => {
  const before = process.listenerCount('SIGINT')
  const { directory, remove } = temporaryDirectory()
  expect(existsSync(directory)).toBe(true)
  remove()
  expect(existsSync(directory)).toBe(false)
  expect(process.listenerCount('SIGINT')).toBe(before)
})

// Two at once: each alone would leave the signal to the other.
it.each([
  ['ends', undefined, 0],
  ['waits', 'SIGINT', 130],
  ['waits', 'SIGTERM', 143],
] as const)('is gone where the program %s, with %s', async (how, signal, code) => {
  expect(await run(how, signal)).toEqual({ code, left: [] })
})
