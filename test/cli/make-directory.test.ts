import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeDirectory } from '../../cli/make-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'rebake-'))

it('makes a directory and those above it, and leaves one that is there', () => {
  const directory = join(root, 'a/b/c')
  makeDirectory(directory)
  makeDirectory(directory)
  expect(existsSync(directory)).toBe(true)
})

it('refuses where a file is in the way', () => {
  writeFileSync(join(root, 'file'), '')
  expect(() => makeDirectory(join(root, 'file'))).toThrow('EEXIST')
  expect(() => makeDirectory(join(root, 'file/below'))).toThrow('ENOTDIR')
})

it.skipIf(!existsSync('/proc/self'))('refuses where nobody can make one, and comes to an end', () => {
  expect(() => makeDirectory('/proc/nope/below')).toThrow('ENOENT')
})
