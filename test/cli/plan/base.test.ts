import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlanOptions } from '../../../cli/plan/command.ts'
import { plan } from '../../../cli/plan/run.ts'
import { BadInput } from '../../../cli/problems.ts'
import { smallFleet } from '../small-fleet.ts'
import { caughtOutput } from '../stdout.ts'

const root = mkdtempSync(join(tmpdir(), 'rebake-'))
const directory = join(root, 'fleets/golden')
const fleet = join(directory, 'fleet.yaml')
const component = join(directory, 'patch.yaml')
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args])
const text = smallFleet.replace(/patch: .*/, 'patch: { platform: Linux, file: patch.yaml }')
const document =
  'schemaVersion: 1.0\nphases: [{ name: build, steps: [{ name: A, action: ExecuteBash, inputs: { commands: [a] } }] }]\n'

beforeAll(() => {
  mkdirSync(directory, { recursive: true })
  git('init', '-q')
  writeFileSync(join(root, 'other.yaml'), 'x: 1\n')
  git('add', '-A')
  git('commit', '-qm', 'no fleet yet')
  git('tag', 'empty')
  writeFileSync(fleet, 'name: [')
  git('add', '-A')
  git('commit', '-qm', 'a broken one')
  git('tag', 'broken')
  writeFileSync(fleet, text)
  writeFileSync(component, document)
  git('add', '-A')
  git('commit', '-qm', 'a fleet')
})
afterAll(() => rmSync(root, { recursive: true }))

const printed = caughtOutput()
const run = (options: Partial<PlanOptions> = {}) =>
  plan({ fleet, base: 'HEAD', exitCode: true, ...options }, '2026-09-01T06:00:00Z')
/** What differs from HEAD once the files say this. */
async function changed({ as = text, documentAs = document }: { as?: string; documentAs?: string }) {
  writeFileSync(fleet, as)
  writeFileSync(component, documentAs)
  await run({ json: true })
  const { plan: forecast, ...rest } = JSON.parse(printed()) as {
    plan?: { images: { image: string; decision: string; reason: string }[] }
  }
  const baked = forecast?.images.filter(({ decision }) => decision === 'bake') ?? []
  return { ...rest, baked: baked.map(({ image, reason }) => `${image}: ${reason}`) }
}
const nothing = { base: 'HEAD', added: [], removed: [], redefined: [], parts: [], baked: [] }

describe('rebake plan --base', () => {
  it('finds nothing where nothing has changed', async () => {
    expect(await changed({})).toEqual(nothing)
    expect(process.exitCode).toBeUndefined()
  })

  it.each([
    {
      what: 'a component file',
      change: { documentAs: document.replace('[a]', '[b]') },
      found: {
        redefined: ['base', 'java', 'web'],
        baked: [
          'base: its definition has changed',
          'web: its definition has changed',
          'java: its parent base is rebaked',
        ],
        parts: [],
      },
    },
    {
      what: 'an image that is new, one that is gone, and a ring',
      change: {
        as: text.replace(/ {2}web: /, '  node: ').replace('soak: 24h', 'soak: 12h'),
      },
      found: { added: ['node'], removed: ['web'], parts: ['rings canary'], baked: ['node: it is new to the fleet'] },
    },
    {
      what: 'what is baked the same',
      change: { as: text.replace('estimate: 40m', 'estimate: 50m') },
      found: { parts: [], redefined: [], baked: [] },
    },
    {
      what: 'a parent',
      change: {
        as: text
          .replace('java: { parent: base,', 'java: { parent: al2023,')
          .replace('30m }', '30m, volumes: [{ device: /dev/xvda, size: 20 }] }'),
      },
      found: {
        redefined: ['java'],
        baked: ['java: its parent al2023 is an AMI of al2023 now, and it was baked from an AMI of base'],
      },
    },
  ])('finds $what', async ({ change, found }) => {
    expect(await changed(change)).toMatchObject(found)
  })

  it('says it for people, and ends with 3', async () => {
    writeFileSync(fleet, text)
    writeFileSync(component, document.replace('[a]', '[b]'))
    await run()
    expect(printed()).toMatch(
      /^Fleet golden, .*\nBeside the fleet of HEAD:\n {2}Images that are made of something else: base, java and web\n/,
    )
    expect(printed()).toContain('Once it is deployed:\nNot as the fleet says')
    expect(process.exitCode).toBe(3)
  })

  it('ends with 0 without --exit-code', async () => {
    writeFileSync(component, document.replace('[a]', '[b]'))
    await run({ exitCode: false })
    expect(process.exitCode).toBeUndefined()
  })

  it.each([
    { base: 'no-such', message: '--base no-such: git knows no such commit' },
    { base: '--output=x', message: '--base --output=x: git knows no such commit' },
    { base: 'empty', message: '--base empty: it has no ' },
    { base: 'broken', message: /^broken:(.*fleet\.yaml) is not valid:\nbroken:\1:\d+:\d+: / },
  ])('is bad input for the ref $base', async ({ base, message }) => {
    await expect(run({ base })).rejects.toThrow(BadInput)
    await expect(run({ base })).rejects.toThrow(message)
  })

  it('follows links to components, as a check-out does', async () => {
    const shared = join(root, 'shared')
    mkdirSync(shared)
    writeFileSync(join(shared, 'patch.yaml'), document)
    unlinkSync(component)
    symlinkSync('../../shared/patch.yaml', component)
    git('add', '-A')
    git('commit', '-qm', 'a link')
    expect(await changed({ documentAs: document.replace('[a]', '[b]') })).toMatchObject({
      redefined: ['base', 'java', 'web'],
    })
  })

  it('finds components beside the folder of the fleet', async () => {
    writeFileSync(join(root, 'fleets/patch.yaml'), document)
    writeFileSync(fleet, text.replace('file: patch.yaml', 'file: ../patch.yaml'))
    git('add', '-A')
    git('commit', '-qm', 'beside')
    await run({ json: true })
    expect(JSON.parse(printed())).toEqual({ base: 'HEAD', added: [], removed: [], redefined: [], parts: [] })
  })

  it('is about no trigger', async () => {
    await expect(run({ release: 'ubuntu' })).rejects.toThrow('plan needs one trigger')
  })
})
