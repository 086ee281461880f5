import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeFleet } from '../../../domain/fleet/parse.ts'
import { exampleFile, readBesideExample } from '../../support/fleets.ts'
import { documentOf, judged } from './documents.ts'

const updates = (more: string) => `schemaVersion: 1.0
phases:
  - name: build
    steps:
      - { name: Update, action: UpdateOS${more} }
      - { name: Restart, action: Reboot, inputs: { delaySeconds: 30 } }
      - name: Finish
        action: ExecutePowerShell
        timeoutSeconds: -1
        inputs: { commands: [exit 3010] }
`
const windows = { platform: 'Windows' as const }
const warned = (time: string) => [
  `agent.yaml:5:33: phases[0].steps[0]: AWSTOE ends UpdateOS after 2h, as the step has no timeoutSeconds, and ${time}: give the step its own timeoutSeconds, of at most 604800, or -1 for no limit`,
]

describe('a step without a time of its own', () => {
  it.each([
    ['a timeout', ', timeout: 5h', warned("'base' may take 5h")],
    ['an estimate', ', timeout: 150m, estimate: 150m', warned("'base' usually takes 150m")],
    ['neither of them', ', timeout: 2h, estimate: 2h', []],
  ])('is ended before an image with %s of more than two hours is there', (_, times, warnings) =>
    expect(judged(updates(''), { ...windows, times })).toEqual({ problems: [], warnings }),
  )

  it('is none where it says one', () =>
    expect(judged(updates(', timeoutSeconds: 10800'), { ...windows, times: ', timeout: 5h' }).warnings).toEqual([]))

  it.each([
    ['ExecuteBash', { commands: ['a'] }, 1],
    ['ExecuteBinary', { path: 'a' }, 1],
    // Has no limit, and takes none.
    ['ExecuteDocument', { document: 'a.yaml' }, 0],
    ['DeleteFile', [{ path: 'a' }], 0],
  ])('of the action %s is judged by how long it may take', (action, inputs, count) =>
    expect(judged(documentOf({ name: 'A', action, inputs }), { times: ', timeout: 3h' }).warnings).toHaveLength(count),
  )

  it.each([
    ['ExecutePowerShell', { commands: ['a'] }],
    ['InstallMSI', { path: 'a.msi' }],
    ['UninstallMSI', { path: 'a.msi' }],
  ])('of the action %s is warned of on Windows', (action, inputs) =>
    expect(
      judged(documentOf({ name: 'A', action, inputs }), { ...windows, times: ', timeout: 3h' }).warnings,
    ).toHaveLength(1),
  )
})

describe('what AWSTOE reads and does nothing with', () => {
  it('is the time of a restart', () =>
    expect(judged(documentOf({ name: 'A', action: 'Reboot', timeoutSeconds: 60 })).warnings).toEqual([
      expect.stringMatching(/^agent\.yaml:1:\d+: .*\.timeoutSeconds: Reboot does not support it: leave it out$/),
    ]))

  it.each([
    [{ checksum: 'abc' }, ['.checksum: AWSTOE verifies nothing without algorithm: give both']],
    [{ algorithm: 'MD5' }, ['.algorithm: AWSTOE verifies nothing without checksum: give both']],
    [{ checksum: 'abc', algorithm: 'MD5' }, []],
    [{}, []],
  ])('is half a checksum: %j', (more, warnings) => {
    const inputs = [{ source: 'https://example.com/a', destination: '/tmp/a', ...more }]
    expect(judged(documentOf({ name: 'A', action: 'WebDownload', inputs })).warnings).toEqual(
      warnings.map((text) => expect.stringContaining(text)),
    )
  })
})

it('the example fleet has nothing to warn of', () =>
  expect(judgeFleet(readFileSync(exampleFile, 'utf8'), exampleFile, readBesideExample).warnings).toEqual([]))
