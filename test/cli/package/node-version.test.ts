import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Runs the executable as a Node of this version would; what it loads then, cli.js, is not in the source tree. */
function runOn(version: string) {
  const pretend = join(mkdtempSync(join(tmpdir(), 'rebake-node-')), 'pretend.cjs')
  writeFileSync(pretend, `Object.defineProperty(process.versions, 'node', { value: '${version}' })`)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', pretend, 'cli/package/rebake.cjs'], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

it.each(['10.24.1', '18.20.8', '20.20.2', '22.11.0'])('says on Node %s which one it needs, and exits 2', (version) => {
  expect(runOn(version)).toEqual({
    status: 2,
    stdout: '',
    stderr: `error: Rebake needs Node 22.12 or newer; this is ${version}.\n`,
  })
})

it.each(['22.12.0', '24.0.0', '100.1.0'])('goes on, on Node %s', (version) => {
  expect(runOn(version).stderr).toMatch(/Cannot find module .*cli\.js/)
})

it('needs what package.json says', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(engines.node.split(' ')[0]).toBe('^22.12')
})
