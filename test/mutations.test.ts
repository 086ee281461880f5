import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * Changes that somebody makes in one place and forgets in another. The compiler must name the other places: each of these is
 * made in a copy of the sources, all at once, and what the compiler says is held against what it must say.
 */

interface Mutation {
  file: string
  /** Text of the file, once there. */
  from: string
  to: string
  /** Each file that the compiler must name, and what it must say there. */
  named: Record<string, string>
}

const mutations: Record<string, Mutation> = {
  'a kind of upstream that no poll, rule, command and rehearsal knows': {
    file: 'domain/upstream-kinds.ts',
    from: '    event: v.pipe(',
    to: '    feed: v.exactOptional(object({ name: amiName, architecture })),\n    event: v.pipe(',
    named: {
      'domain/upstream-kinds.ts': "'feed'",
      'aws/upstreams.ts': "'feed'",
      'infra/upstream-kinds.ts': "'feed'",
      'cli/upstream-kinds.ts': "'feed'",
      'rehearsal/upstream-kinds.ts': "'feed'",
    },
  },
  'a kind of check that is never ordered, made or allowed': {
    file: 'domain/check-kinds.ts',
    from: '    custom: v.pipe(v.exactOptional(named(custom',
    to: "    uptime: v.exactOptional(object({ mode, timeout: within('5m', '1h') })),\n    custom: v.pipe(v.exactOptional(named(custom",
    named: {
      'domain/check-kinds.ts': "'uptime'",
      'functions/run-check/check-steps.ts': "'uptime'",
      'infra/check-kinds.ts': "'uptime'",
    },
  },
  'a field of an image that nobody says is baked or not': {
    file: 'domain/fleet/model.ts',
    from: '  tests: v.pipe(',
    to: '  kernelArguments: v.exactOptional(text),\n  tests: v.pipe(',
    named: { 'domain/fleet/image-fields.ts': "'kernelArguments'" },
  },
  'a trigger that nobody plans, names and shows': {
    file: 'domain/triggers.ts',
    from: "v.variant('kind', [",
    to: "v.variant('kind', [v.object({ kind: v.literal('wish'), ...common }), ",
    named: {
      'domain/trigger-kinds.ts': "'wish'",
      'domain/planning/trigger-rules.ts': "'wish'",
      'functions/plan-campaign/plan-campaign.ts': "'wish'",
      'cli/plan/render.ts': 'wish',
    },
  },
  'a status of an image that a list forgets': {
    file: 'cli/status/status-words.ts',
    from: '  skipped: {',
    to: '  skiped: {',
    named: { 'cli/status/status-words.ts': "'skipped'" },
  },
  'an attribute of the ledger that is misspelt': {
    file: 'ledger/campaigns.ts',
    from: "{ status: 'candidate', version }",
    to: "{ staus: 'candidate', version }",
    named: { 'ledger/campaigns.ts': "'staus'" },
  },
  'a state with another name': {
    file: 'domain/state-names.ts',
    from: "'Await Quota'",
    to: "'Await a Quota'",
    named: { 'domain/rebake-steps.ts': "'Await Quota'" },
  },
  'a flag with another name': {
    file: 'cli/rollback/command.ts',
    from: "'--reason <text>'",
    to: "'--because <text>'",
    named: { 'cli/rollback/run.ts': "'reason'" },
  },
  'a flag of several commands with another name': {
    file: 'cli/options/options.ts',
    from: "'--emergency'",
    to: "'--urgent'",
    named: {
      'cli/promote/run.ts': "'emergency'",
      'cli/triggers/asked.ts': '"emergency"',
      'cli/triggers/by-hand.ts': '"emergency"',
    },
  },
}

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
  it.each(Object.entries(mutation.named))('is told of in %s: %s', (file, text) => {
    expect(said.filter((line) => line.startsWith(`${file}(`) && line.includes(text))).not.toEqual([])
  })
})
