import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runRebake } from './run.ts'
import { smallFleet } from './small-fleet.ts'

const directory = mkdtempSync(join(tmpdir(), 'rebake-'))

beforeAll(() => {
  mkdirSync(join(directory, 'a-directory'))
  writeFileSync(join(directory, 'fleet.yaml'), smallFleet)
  writeFileSync(join(directory, 'cycle.yaml'), smallFleet.replace('parent: al2023', 'parent: java'))
  writeFileSync(join(directory, 'orphan.yaml'), smallFleet.replace('parent: base', 'parent: bose'))
  writeFileSync(join(directory, 'broken.yaml'), 'name: [golden\nbuild: x')
  writeFileSync(join(directory, 'no-ring.yaml'), smallFleet.replace("accounts: ['123456789012']", 'accounts: []'))
  writeFileSync(
    join(directory, 'atlantis.yaml'),
    smallFleet.replace('regions: [eu-west-1]', 'regions: [eu-atlantis-1]'),
  )
  writeFileSync(
    join(directory, 'two.yaml'),
    smallFleet.replace('parent: base', 'parent: bose').replace('eu-west-1]', 'eu-moon-1]'),
  )
  writeFileSync(join(directory, 'empty.yaml'), '')
  writeFileSync(join(directory, 'event.json'), '{"version": "0"}')
})
afterAll(() => rmSync(directory, { recursive: true }))

const rebake = (args: string[], options?: Parameters<typeof runRebake>[2]) => runRebake(directory, args, options)

describe.concurrent('rebake', () => {
  it.each([
    { args: [], message: 'Usage: rebake' },
    { args: ['chek'], message: 'Did you mean check?' },
    { args: ['check', 'fleet.yaml'], message: 'too many arguments' },
    { args: ['check', '--fleet'], message: 'argument missing' },
    { args: ['check', '--fleet', 'absent.yaml'], message: 'absent.yaml: there is no such file' },
    { args: ['check', '--fleet', 'a-directory'], message: 'a-directory: this is a directory' },
    { args: ['check', '--fleet', 'cycle.yaml'], message: 'cycle.yaml:11:' },
    { args: ['check', '--fleet', 'orphan.yaml'], message: "did you mean 'base'?" },
    { args: ['check', '--fleet', 'broken.yaml'], message: 'broken.yaml:' },
    { args: ['check', '--fleet', 'no-ring.yaml'], message: 'no-ring.yaml:15:' },
    { args: ['check', '--fleet', 'atlantis.yaml'], message: 'eu-atlantis-1' },
    { args: ['check', '--fleet', 'empty.yaml'], message: 'empty.yaml:1:1' },
    { args: ['check', '--at', 'soon'], message: 'Expected a time with its offset' },
    { args: ['plan'], message: 'plan needs one trigger: --event FILE, --release UPSTREAM, --cycle NAME' },
    { args: ['plan', '--event', 'event.json', '--release', 'al2023'], message: 'plan needs one trigger' },
    { args: ['plan', '--image', 'jvaa'], message: "the fleet has no image 'jvaa', did you mean 'java'?" },
    { args: ['plan', '--cycle', 'monthly'], message: "has no patch cycle 'monthly'; it has none" },
    { args: ['plan', '--drift'], message: 'it needs --live' },
    { args: ['plan', '--image', 'java', '--endpoint-url', 'x'], message: '--endpoint-url x: expected a URL' },
    { args: ['start'], message: 'either --image NAME, once or more, or --upstream NAME' },
    { args: ['start', '--upstream', 'al2023', '--ami', 'x'], message: '--ami x: expected the id of an AMI' },
    { args: ['start', '--image', 'java'], message: 'Nobody can be asked whether to go on' },
    { args: ['rehearse', '--for', '1 month'], message: "Expected a duration such as '45m'" },
    { args: ['rehearse', '--release', 'debian'], message: 'it has al2023 and ubuntu' },
    { args: ['plan', '--event', 'event.json'], message: 'event.json: "detail" is missing' },
    { args: ['plan', '--event', 'absent.json'], message: 'absent.json: there is no such file' },
    { args: ['plan', '--release', 'debian'], message: 'it has al2023 and ubuntu' },
    { args: ['rehearse', '--seed', '-1'], message: 'Expected a whole number' },
    { args: ['rehearse', '--serve', '70000'], message: 'Expected a whole number from 0 to 65535' },
    { args: ['rehearse', '--event', 'event.json'], message: 'event.json: "detail" is missing' },
    { args: ['rehearse', '--out', 'fleet.yaml'], message: 'fleet.yaml: a file of this name is in the way' },
    { args: ['rehearse', '--fault', 'nonsense'], message: "--fault: 'nonsense' is no fault" },
  ])('$args: exit code 2, a clear message, no stack', async ({ args, message }) => {
    const { code, stdout, stderr } = await rebake(args)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('names the file once that is not valid, and begins each finding with its place', async () => {
    const { code, stderr } = await rebake(['check', '--fleet', 'two.yaml'])
    expect({ code, lines: stderr.trimEnd().split('\n') }).toEqual({
      code: 2,
      lines: [
        'error: two.yaml is not valid:',
        expect.stringMatching(/^two\.yaml:\d+:\d+: images\./),
        expect.stringMatching(/^two\.yaml:\d+:\d+: rings\./),
      ],
    })
  })

  it.each([
    { args: ['--help'], text: 'Usage: rebake' },
    { args: ['rehearse', '--help'], text: '--serve' },
    { args: ['--version'], text: '0.' },
    { args: ['check'], text: 'fleet.yaml is valid: golden has 3 images' },
    { args: ['plan', '--release', 'al2023'], text: '2 images would be baked' },
    { args: ['plan', '--image', 'java', '--image', 'web'], text: '2 images would be baked' },
    { args: ['start', '--help'], text: '--emergency' },
  ])('$args: exit code 0', async ({ args, text }) => {
    const { code, stdout, stderr } = await rebake(args)
    expect(stdout).toContain(text)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('says in a line that nothing answers: exit code 1', async () => {
    const args = ['start', '--image', 'java', '--yes', '--endpoint-url', 'http://127.0.0.1:1']
    const { code, stdout, stderr } = await rebake(args)
    expect(stderr).toMatch(/^error: Could not .* nothing answers at http:\/\/127\.0\.0\.1:1\. .*\n$/)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('prints a fleet as one JSON document, with every default', async () => {
    const { stdout } = await rebake(['check', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ fleet: { name: 'golden', concurrentBakes: 20 } })
  })

  it('prints a plan as one JSON document', async () => {
    const { stdout } = await rebake(['plan', '--release', 'al2023', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      trigger: { upstream: 'al2023' },
      images: [
        { image: 'base', decision: 'bake' },
        { image: 'java', decision: 'bake' },
        { image: 'web', decision: 'leave' },
      ],
    })
  })

  it('colours only for a terminal, or when asked to', async () => {
    expect((await rebake(['check'])).stdout).not.toContain('\x1b')
    expect((await rebake(['check'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[')
    expect((await rebake(['check', '--fleet', 'absent'], { env: { NO_COLOR: '1' } })).stderr).not.toContain('\x1b')
  })

  it('says nothing when its reader goes away', async () => {
    const { code, stderr } = await rebake(['check'], { head: true })
    // 128 and the number of SIGPIPE: nobody knows then how the command ended.
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' })
  })
})
