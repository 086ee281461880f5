import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a directory, and those above it that are missing. Node's own `recursive` never returns where the system answers that there is
 * no such directory although there is, as /proc does.
 * @throws as mkdir does
 */
export function makeDirectory(path: string): void {
  const directory = resolve(path)
  if (existsSync(directory) && !isFile(directory)) return
  if (!existsSync(dirname(directory))) makeDirectory(dirname(directory))
  mkdirSync(directory)
}

const isFile = (path: string) => !statSync(path).isDirectory()
