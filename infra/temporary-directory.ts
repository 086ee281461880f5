import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Signals that end a program which does not ask for them, with its exit code: 128 and the number. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const stops = Object.entries(signals).map(([signal, code]) => {
  const stop = () => {
    // Whoever else listens ends the program in its own way.
    if (process.listenerCount(signal) === 1) process.exit(code)
  }
  return [signal, stop] as const
})

/** Those of this process. One listener for all of them: two would each take the other for somebody else. */
const directories = new Set<string>()

const take = (directory: string) => rmSync(directory, { recursive: true, force: true })
const takeAll = () => {
  for (const directory of directories) take(directory)
}

function listen(): void {
  process.on('exit', takeAll)
  for (const [signal, stop] of stops) process.on(signal, stop)
}

function unlisten(): void {
  process.off('exit', takeAll)
  for (const [signal, stop] of stops) process.off(signal, stop)
}

/** A directory that is gone when the program ends, however that comes; `remove` takes it away before. */
export function temporaryDirectory(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
  if (directories.size === 0) listen()
  directories.add(directory)
  const remove = () => {
    take(directory)
    directories.delete(directory)
    if (directories.size === 0) unlisten()
  }
  return { directory, remove }
}
