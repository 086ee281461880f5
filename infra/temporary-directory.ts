import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Signals that end a program which does not ask for them, with its exit code: 128 and the number. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** A directory that is gone when the program ends, however that comes; `remove` takes it away before. */
export function temporaryDirectory(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
  // Whoever else heard the signal ends the program in its own way.
  const handlers = Object.entries(signals).map(([signal, code]) => {
    const stop = () => {
      if (process.listenerCount(signal) === 1) process.exit(code)
    }
    return [signal, stop] as const
  })
  const remove = () => {
    rmSync(directory, { recursive: true, force: true })
    process.off('exit', remove)
    for (const [signal, stop] of handlers) process.off(signal, stop)
  }
  process.on('exit', remove)
  for (const [signal, stop] of handlers) process.on(signal, stop)
  return { directory, remove }
}
