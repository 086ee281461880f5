import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mutations } from './support/mutations.ts'

/** Each mutation is made in a copy of the sources, all at once, and what the compiler says is held against what it must say. */

const folders = ['domain', 'ledger', 'aws', 'functions', 'infra', 'emulator', 'rehearsal', 'cli']
const copy = mkdtempSync(join(tmpdir(), 'rebake-mutations-'))
afterAll(() => rmSync(copy, { recursive: true }))

/** What the compiler says, a line each: `domain/names.ts(3,7): error TS2741: ...`. */
let said: string[]
beforeAll(() => {
  for (const part of [...folders, 'package.json']) cpSync(part, join(copy, part), { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: object }
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: folders }))
  for (const { file, from, to } of Object.values(mutations)) {
    const path = join(copy, file)
    const [before, after, ...more] = readFileSync(path, 'utf8').split(from)
    if (after === undefined || more.length > 0) throw new Error(`${file} has '${from}' not once`)
    writeFileSync(path, `${before}${to}${after}`)
  }
  const { stdout } = spawnSync(resolve('node_modules/.bin/tsc'), ['--noEmit', '-p', copy], {
    encoding: 'utf8',
    cwd: copy,
  })
  said = stdout.split(/\n(?=\S)/)
})

describe.each(Object.entries(mutations))('%s', (_, mutation) => {
  it.each(Object.entries(mutation.named))('is named in %s: %s', (file, text) => {
    expect(said.filter((line) => line.startsWith(`${file}(`) && line.includes(text))).not.toEqual([])
  })
})
