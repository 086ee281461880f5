import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { operatingCommands } from './support/commands.ts'

const root = join(import.meta.dirname, '..')
/** Modules that are loaded, at once or later; types are not. Types in braces are: Node loads their module all the same. */
const loads = /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[\w*{}\s,]*?\s+from\s+)?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/g

/** What of the emulator is light enough for any command. */
const light = /^emulator\/(matching\/|(open-questions|operating-systems)\.ts$)/

/** All that a file may load sooner or later, without what only `rebake rehearse` asks for. */
function loadedBy(file: string, known = new Set<string>()): Set<string> {
  const name = relative(root, file)
  if (known.has(name) || name === 'rehearsal/rehearse.ts' || !name.endsWith('.ts')) return known
  known.add(name)
  for (const [, static_, dynamic] of readFileSync(file, 'utf8').matchAll(loads)) {
    const next = join(dirname(file), static_ ?? dynamic ?? '')
    if (!existsSync(next)) throw new Error(`${name} imports ${next}, which is not there`)
    loadedBy(next, known)
  }
  return known
}

it.each([
  ['every command but rehearse', 'cli/rebake.ts', ['cli/doctor/run.ts', 'cli/doctor/rules.ts', 'cli/plan/run.ts']],
  ['the app that deploys', 'infra/app.ts', ['infra/stacks/build.ts']],
])('%s works without the emulator, but for its matching', (_, entry, through) => {
  const loaded = loadedBy(join(root, entry))
  // It has found its way.
  for (const file of through) expect(loaded).toContain(file)
  const emulator = [...loaded].filter((file) => file.startsWith('emulator/'))
  expect(emulator.filter((file) => !light.test(file))).toEqual([])
})

it('the light face of the emulator loads nothing else of it', () => {
  const loaded = loadedBy(join(root, 'emulator/matching/index.ts'))
  expect([...loaded].filter((file) => !file.startsWith('emulator/matching/'))).toEqual([])
})

it('finds the emulator where it is loaded', () => {
  const loaded = loadedBy(join(root, 'rehearsal/scenario.ts'))
  expect(loaded).toContain('emulator/world/world.ts')
})

/** What a file loads at once, by its name or that of a package. */
const atOnce = /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[\w*{}\s,]*?\s+from\s+)?'([^']+)'/g

function loadedAtOnce(file: string, known = new Set<string>()): Set<string> {
  const name = relative(root, file)
  if (known.has(name)) return known
  known.add(name)
  if (!name.endsWith('.ts')) return known
  for (const [, next = ''] of readFileSync(file, 'utf8').matchAll(atOnce)) {
    if (next.startsWith('.')) loadedAtOnce(join(dirname(file), next), known)
    else known.add(next)
  }
  return known
}

/** Packages that these files load, each after the file; types are not. */
function packagesOf(files: ReadonlySet<string>): string[] {
  return [...files].flatMap((name) =>
    [...readFileSync(join(root, name), 'utf8').matchAll(atOnce)].flatMap(([, next = '']) =>
      next.startsWith('.') || next.startsWith('node:') ? [] : [`${name}: ${next}`],
    ),
  )
}

describe('the CDK', () => {
  it.each(operatingCommands)('is not loaded by %s: it takes half a second', (entry) => {
    const packages = packagesOf(loadedBy(join(root, entry)))
    expect(packages.filter((name) => /: (aws-cdk-lib|@aws-cdk|constructs|cdk-nag)/.test(name))).toEqual([])
  })

  it('is found where it is loaded', () => {
    expect(packagesOf(loadedBy(join(root, 'infra/app.ts')))).toContain('infra/synthesize.ts: aws-cdk-lib')
  })
})

describe('help', () => {
  const commands = globSync('cli/*/command.ts', { cwd: root })
  const heavy = /^(@aws|@smithy|aws-cdk|constructs|cdk-nag|esbuild|emulator\/(?!open-questions|operating-systems))/

  it.each(['cli/main.ts', ...commands])('of %s needs no SDK, no CDK and no emulator', (entry) => {
    expect([...loadedAtOnce(join(root, entry))].filter((name) => heavy.test(name))).toEqual([])
  })

  it('is that of every command', () => {
    const loaded = loadedAtOnce(join(root, 'cli/main.ts'))
    expect(commands.filter((file) => !loaded.has(file))).toEqual([])
    expect(commands.length).toBeGreaterThan(0)
  })

  it('and `rebake check` of a file need no SDK', () => {
    expect([...loadedAtOnce(join(root, 'cli/check/run.ts'))].filter((name) => heavy.test(name))).toEqual([])
  })

  it('would need the SDK if the work were loaded with it', () => {
    expect(loadedAtOnce(join(root, 'cli/start/run.ts'))).toContain('@aws-sdk/client-dynamodb')
  })
})
