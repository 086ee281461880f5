import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { environmentsToBootstrap } from '../../cli/assembly/environments.ts'
import { loadFleet } from '../../cli/fleet.ts'
import { exampleFile } from '../support/fleets.ts'
import { slow } from './fixture.ts'

const run = (context: object) => {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-app-'))
  const { status, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_OUTDIR: directory,
      NODE_NO_WARNINGS: '1',
    },
  })
  return { status, stderr, directory }
}

const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'rebake-app-')), 'fleet.yaml')
  writeFileSync(path, text)
  return path
}

it(
  'writes the assembly where the cdk command wants it',
  () => {
    const { status, directory } = run({ fleet: exampleFile })
    expect(status).toBe(0)
    const { artifacts } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'))
    expect(Object.keys(artifacts)).toEqual(
      expect.arrayContaining(['golden-build', 'golden-target-account', 'golden-soe-account']),
    )
    // A deploy makes the keys first; they need no bootstrap.
    expect(artifacts['golden-build'].dependencies).toContain('golden-key-us-east-1')
    expect(environmentsToBootstrap(directory, loadFleet(exampleFile))).toEqual(['aws://111122223333/us-west-2'])
    expect(existsSync(join(directory, 'functions/receive-release/index.js'))).toBe(true)
  },
  slow,
)

it.each([
  ['a fleet that is not there', 'missing.yaml', /^missing\.yaml: no such file/],
  ['a fleet that is wrong', file('name: Gold\n'), /fleet\.yaml:1:\d+: .*fleet name/],
  ['a fleet that is not YAML', file('name: ['), /fleet\.yaml:1:\d+: /],
])(
  'exits 2 with the message and no stack trace on %s',
  (_, fleet, message) => {
    const { status, stderr } = run({ fleet })
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  },
  slow,
)
