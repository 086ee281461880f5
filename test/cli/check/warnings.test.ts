import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { warningLines } from '../../../cli/check/warnings.ts'
import { runRebake } from '../run.ts'

const directory = mkdtempSync(join(tmpdir(), 'rebake-warnings-'))
afterAll(() => rmSync(directory, { recursive: true }))

writeFileSync(
  join(directory, 'fleet.yaml'),
  `name: acme
build: { account: '111122223333', region: us-west-2 }
notify: { email: [team@example.com] }
infrastructure: { windows: { instanceTypes: [m7i.xlarge] } }
upstreams:
  windows: { platform: Windows, ami: { owner: '444455556666', name: soe-windows-* } }
components:
  update: { platform: Windows, document: { phases: [{ name: build, steps: [{ name: Update, action: UpdateOS }] }] } }
images:
  base: { parent: windows, infrastructure: windows, components: [update], volumes: [{ device: /dev/sda1, size: 60 }], timeout: 5h, estimate: 3h }
rings: { all: { accounts: ['222233334444'], regions: [us-west-2] } }
`,
)

it('a fleet with a warning is valid, and says it with its place', async () => {
  const { code, stdout } = await runRebake(directory, ['check'])
  expect([code, stdout]).toEqual([0, expect.stringContaining('✔ fleet.yaml is valid')])
  expect(stdout).toContain('⚠ fleet.yaml:8:100: components.update.document.phases[0].steps[0]: AWSTOE ends UpdateOS')
})

it('a program gets it as file, line, column and message', async () => {
  const { code, stdout } = await runRebake(directory, ['check', '--json'])
  expect([code, JSON.parse(stdout).warnings]).toEqual([
    0,
    [
      {
        file: 'fleet.yaml',
        line: 8,
        column: 100,
        message: expect.stringContaining('give the step its own timeoutSeconds'),
      },
    ],
  ])
})

it('a warning is broken into lines as wide as the screen', () =>
  expect(warningLines([{ file: 'a.yaml', line: 1, column: 2, message: 'one two' }], { width: 18 })).toEqual([
    '⚠ a.yaml:1:2: one',
    '  two',
  ]))
