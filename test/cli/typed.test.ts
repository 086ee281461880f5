import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { inProse, rememberFleet, startedAs, typed } from '../../cli/typed.ts'

const folder = mkdtempSync(join(tmpdir(), 'rebake-'))
writeFileSync(join(folder, 'rebake'), '')
afterAll(() => rmSync(folder, { recursive: true }))

describe('a hint', () => {
  it.each([
    { env: { npm_lifecycle_event: 'rebake', PATH: folder }, form: 'npm run -s rebake --' },
    { env: { npm_lifecycle_event: 'npx', PATH: folder }, form: 'npx --no-install rebake' },
    { env: { npm_lifecycle_event: 'deploy', PATH: folder }, form: 'npx --no-install rebake' },
    { env: { PATH: ['/nowhere', folder].join(delimiter) }, form: 'rebake' },
    { env: { PATH: '/nowhere' }, form: 'npx --no-install rebake' },
    { env: {}, form: 'npx --no-install rebake' },
  ])('begins as the command was started with $env', ({ env, form }) => expect(startedAs(env)).toBe(form))

  it('names the fleet that was named', () => {
    rememberFleet('other/fleet.yaml')
    expect(typed('status', 'c')).toMatch(/rebake status c --fleet other\/fleet\.yaml$/)
    rememberFleet(undefined)
    expect(inProse('status', 'c')).toMatch(/^`.*rebake status c`$/)
  })
})
