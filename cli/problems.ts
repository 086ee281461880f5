import { FleetInvalid } from '../domain/fleet/problems.ts'

/** Something the person at the keyboard can put right: shown as its message alone, and exit code 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput'
}

/** Something that went wrong elsewhere, where it may not next time: shown as its message alone, and exit code 1. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

/** A file that is not valid as a BadInput: the file once, then each problem on a line that begins with its place; anything else as it was. */
export const notValid = (error: unknown, file: string): unknown =>
  error instanceof FleetInvalid ? new BadInput(`${file} is not valid:\n${error.message}`, { cause: error }) : error

const hints: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a directory, a file is needed',
  ENOTDIR: 'a part of this path is a file, not a directory',
  EACCES: 'permission denied',
  EEXIST: 'a file of this name is in the way, a directory is needed',
  EROFS: 'this file system is read-only',
}

/** A file system error as a BadInput that names the path and what to do; anything else as it was. */
export function fileProblem(error: unknown, path: string, advice: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const hint = hints[code]
  return hint ? new BadInput(`${path}: ${hint}. ${advice}`, { cause: error }) : error
}
