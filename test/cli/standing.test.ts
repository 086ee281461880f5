import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BadInput } from '../../cli/problems.ts'
import { nearestFleet, refuseTakenByNpm, standingIn } from '../../cli/standing.ts'
import { createWorld, Random, VirtualClock, type World } from '../../emulator/index.ts'
import { installFakeCdk } from './fake-cdk.ts'
import { smallFleet } from './small-fleet.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'rebake-')))
const folder = (path: string) => {
  mkdirSync(join(root, path), { recursive: true })
  return join(root, path)
}
const manifest = { private: true, scripts: { rebake: `node ${resolve('cli/rebake.ts')}` } }
const tool = folder('tool')
const mine = folder('mine')
const deep = folder('mine/components/linux')
const empty = folder('empty')
writeFileSync(join(tool, 'package.json'), JSON.stringify(manifest))
writeFileSync(join(tool, 'fleet.yaml'), smallFleet.replace('name: golden', 'name: example'))
writeFileSync(join(mine, 'fleet.yaml'), smallFleet.replace('name: golden', 'name: mine'))
const cdk = installFakeCdk(mine)

let world: World
beforeAll(async () => {
  // The account as it is before the first deploy.
  const clock = new VirtualClock(Date.parse('2026-09-01T06:00:00Z'))
  const build = { account: '111122223333', region: 'eu-west-1' }
  world = await createWorld({ ...build, clock, random: new Random(1), bundles: {}, labelOf: () => '' })
  const soe = { account: '123456789012', region: 'eu-west-1', sharedWith: ['111122223333'], unannounced: true }
  for (const name of ['soe-al2023-1', 'soe-ubuntu-1']) world.aws.ec2.addImage({ ...soe, Name: name })
})
afterAll(async () => {
  await world.close()
  rmSync(root, { recursive: true })
})

/** As a person runs it: in a folder, through npm, which changes to another. */
function npm(directory: string, ...args: string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|npm_|INIT_CWD$)/i.test(name))
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const env = { ...Object.fromEntries(kept), PATH, AWS_ENDPOINT_URL: world.url, npm_config_update_notifier: 'false' }
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    const child = spawn('npm', ['--prefix', tool, 'run', '-s', 'rebake', ...args], { cwd: directory, env })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (data) => {
      stdout += data
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

describe.concurrent('through npm --prefix', () => {
  it('check reads the fleet of the folder in which it is called', async () => {
    const { code, stdout } = await npm(mine, '--', 'check')
    expect(stdout).toMatch(new RegExp(`^Fleet mine, ${mine}/fleet.yaml, by Rebake`))
    expect(code).toBe(0)
  })

  it('a relative --fleet is meant from there', async () => {
    const { code, stdout } = await npm(empty, '--', 'check', '--fleet', '../mine/fleet.yaml')
    expect(stdout).toMatch(new RegExp(`^Fleet mine, ${mine}/fleet.yaml`))
    expect(code).toBe(0)
  })

  it.each(['check', 'synth', 'diff', 'deploy', 'bootstrap'])(
    '%s takes no other fleet where there is none',
    async (command) => {
      const { code, stdout, stderr } = await npm(empty, '--', command)
      expect(stderr).toContain(`There is no fleet.yaml in ${empty}, nor in a folder above it`)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    },
  )

  it.each([
    { args: ['--', 'check', '../mine/fleet.yaml'], message: 'too many arguments' },
    { args: ['check', '-c', 'fleet=../mine/fleet.yaml'], message: 'npm took -c fleet=../mine/fleet.yaml for itself' },
    { args: ['check', '--fleet=../mine/fleet.yaml'], message: 'npm run rebake -- --fleet' },
    { args: ['diff', '--exit-code'], message: 'npm took --exit-code for itself' },
  ])('refuses $args, which would work on another fleet', async ({ args, message }) => {
    const { code, stdout, stderr } = await npm(tool, ...args)
    expect(stderr).toContain(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('deploy deploys it, with the templates that it made', async () => {
    const { code, stdout, stderr } = await npm(deep, '--', 'deploy', '--yes')
    expect(stderr).toBe('')
    expect(stdout).toMatch(new RegExp(`^Fleet mine, ${mine}/fleet.yaml, .*: account 111122223333, eu-west-1, mine-`))
    expect(stdout).toMatch(/\nIt is the first deploy: .*: base, java and web\.\n✔ mine is deployed\./)
    expect(cdk.calls()).toMatchObject([{ inAssembly: true }])
    expect(code).toBe(0)
  }, 120_000)
})

describe('standingIn', () => {
  const npmEnv = (called: string, from: string) => ({ INIT_CWD: called, npm_package_json: join(from, 'package.json') })

  it.each([
    { what: 'without npm', env: {}, cwd: mine, standing: mine },
    { what: 'where npm changed the directory', env: npmEnv(mine, tool), cwd: tool, standing: mine },
    { what: 'where the script changed it after npm', env: npmEnv(tool, tool), cwd: mine, standing: mine },
    { what: 'where the folder is gone', env: npmEnv(join(root, 'gone'), tool), cwd: tool, standing: tool },
  ])('$what', ({ env, cwd, standing }) => expect(standingIn(env, cwd)).toBe(standing))
})

describe('nearestFleet', () => {
  it('is in the folder or in one above it', () => {
    expect(nearestFleet(mine)).toBe('fleet.yaml')
    expect(nearestFleet(deep)).toBe('../../fleet.yaml')
  })
})

describe('refuseTakenByNpm', () => {
  const script = { npm_lifecycle_event: 'deploy', npm_command: 'run-script' }

  it.each([
    { env: {}, options: ['fleet'] },
    { env: { ...script, npm_config_yes: 'true', npm_config_json: 'true' }, options: ['yes', 'json'] },
    { env: { ...script, npm_command: 'exec', npm_config_call: 'rebake deploy' }, options: ['fleet'] },
    { env: { ...script, npm_config_profile: 'x' }, options: ['fleet'] },
  ])('lets $env pass', ({ env, options }) => expect(() => refuseTakenByNpm(env, options)).not.toThrow())

  it('says how to write it', () => {
    const env = { ...script, npm_config_allow_downgrade: 'true' }
    expect(() => refuseTakenByNpm(env, ['allowDowngrade'])).toThrow(BadInput)
    expect(() => refuseTakenByNpm(env, ['allowDowngrade'])).toThrow('npm run deploy -- --allow-downgrade')
  })
})
