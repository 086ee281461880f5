import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Before all tests: what they write for a while is in one folder, which goes with the last of them. */
export default function keepTogether(): () => void {
  const before = process.env.TMPDIR
  const directory = mkdtempSync(join(tmpdir(), 'rebake-tests-'))
  process.env.TMPDIR = directory
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(directory, { recursive: true, force: true })
  }
}
