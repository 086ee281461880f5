import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { loadFleet } from '../../../cli/fleet.ts'
import type { InitOptions } from '../../../cli/init/command.ts'
import { fleetNameOf } from '../../../cli/init/questions.ts'
import { init } from '../../../cli/init/run.ts'
import { BadInput } from '../../../cli/problems.ts'
import { packageName, version } from '../../../domain/product.ts'
import { scriptedCommands, whyNot } from '../../support/printed-commands.ts'
import { runRebake } from '../run.ts'
import { caughtOutput } from '../stdout.ts'

const root = mkdtempSync(join(tmpdir(), 'rebake-'))
afterAll(() => rmSync(root, { recursive: true }))
let made = 0
const folder = () => join(root, `fleets-${++made}`)
const read = (...path: string[]) => readFileSync(join(...path), 'utf8')
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.git/'))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.git/'))
    .sort()
const check = vi.fn(async () => undefined)
const begin = async (options: Partial<InitOptions> = {}, directory = folder()) => {
  await init(directory, options, { ask: undefined, check })
  return directory
}

describe('rebake init', () => {
  const printed = caughtOutput()

  it('writes a repository', async () => {
    const directory = await begin({ teams: ['@org/platform', '@org/security'] })
    expect(filesIn(directory)).toEqual([
      '.github/workflows/rebake.yml',
      '.gitignore',
      '.nvmrc',
      'CODEOWNERS',
      'components/example.yaml',
      'fleet.yaml',
      'package.json',
    ])
    expect(read(directory, 'fleet.yaml').split('\n')[0]).toBe(
      `# yaml-language-server: $schema=./node_modules/${packageName}/fleet.schema.json`,
    )
    expect(JSON.parse(read(directory, 'package.json'))).toMatchObject({
      private: true,
      scripts: { rebake: 'rebake', deploy: 'rebake deploy' },
      devDependencies: { [packageName]: version, 'aws-cdk': expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    })
    expect(read(directory, 'CODEOWNERS')).toContain('\n* @org/platform @org/security\n')
    expect(check).toHaveBeenCalledWith(relative('', join(directory, 'fleet.yaml')))
    expect(printed()).toMatch(/Next:\n {2}cd .*\n {2}npm install\n {2}npx --no-install rebake rehearse\n/)
    expect(printed()).toContain('\n  npx --no-install rebake import --region us-west-2 --dry-run\n')
  })

  it.each([
    { options: {}, before: 'Then put accounts of your own in the place of 111122223333 and 222233334444, which' },
    { options: { account: '012345678901', target: '210987654321' }, before: 'Then:' },
  ])('names deploy after the accounts that it would refuse, with $options', async ({ options, before }) => {
    await begin(options)
    const commands = ['check --aws', 'bootstrap', 'deploy'].map((words) => ` {2}npx --no-install rebake ${words}\\n`)
    expect(printed()).toMatch(new RegExp(`\\n${before}.*\\n${commands.join('')}$`))
  })

  it.each([
    { soeName: 'soe-al2023-*', device: '/dev/xvda', platform: 'Linux' },
    { soeName: 'golden-ubuntu-*', device: '/dev/sda1', platform: 'Linux' },
    { soeName: "Windows Server 2022 'core' *", device: '/dev/sda1', platform: 'Windows' },
  ])('makes a fleet of $soeName that is valid, with its root device', async ({ soeName, device, platform }) => {
    const fleet = loadFleet(join(await begin({ soeName, email: 'platform@example.com' }), 'fleet.yaml'))
    expect(fleet.images.base).toMatchObject({ volumes: [{ device }] })
    expect(fleet.upstreams.soe).toMatchObject({ platform, ami: { name: soeName } })
    expect(fleet.notify.email).toEqual(['platform@example.com'])
  })

  it('asks for what no option says', async () => {
    const ask = vi.fn(async (_: string, fallback: string) => (fallback === 'us-west-2' ? 'eu-west-1' : fallback))
    const directory = folder()
    await init(directory, { account: '012345678901' }, { ask, check })
    expect(ask.mock.calls.map(([question]) => question)).not.toContain('Build account')
    expect(ask).toHaveBeenCalledTimes(6)
    expect(loadFleet(join(directory, 'fleet.yaml')).build).toEqual({ account: '012345678901', region: 'eu-west-1' })
  })

  it.each([
    { options: { account: '12' }, message: '--account 12: expected an AWS account id of 12 digits.' },
    { options: { region: 'eu-atlantis-1' }, message: '--region eu-atlantis-1: expected an AWS region.' },
    { options: { name: 'Gold' }, message: '--name Gold: expected a fleet name of 2 to 20' },
    { options: { soeName: 'a"b' }, message: 'upstreams.soe.ami.name: expected an AMI name' },
    { options: { email: 'me' }, message: '--email me: expected an email address.' },
    { options: { teams: ['@a/b\n* @c'] }, message: 'expected @user, @organization/team or a mail address' },
  ])('is bad usage for $options, and writes nothing', async ({ options, message }) => {
    const directory = folder()
    await expect(begin(options, directory)).rejects.toThrow(BadInput)
    await expect(begin(options, directory)).rejects.toThrow(message)
    expect(existsSync(directory)).toBe(false)
  })

  it('a second time is bad usage, and changes nothing', async () => {
    const directory = await begin()
    writeFileSync(join(directory, 'fleet.yaml'), 'mine')
    await expect(begin({}, directory)).rejects.toThrow(
      'fleet.yaml, components/example.yaml, .nvmrc and .github/workflows/rebake.yml are there already',
    )
    await expect(begin({}, directory)).rejects.toThrow(BadInput)
    expect(read(directory, 'fleet.yaml')).toBe('mine')
    await begin({ force: true }, directory)
    expect(read(directory, 'fleet.yaml')).not.toBe('mine')
  })

  it('takes a link that leads nowhere for a file that is there', async () => {
    const directory = folder()
    mkdirSync(directory)
    symlinkSync('/nowhere/fleet.yaml', join(directory, 'fleet.yaml'))
    await expect(begin({}, directory)).rejects.toThrow('fleet.yaml is there already')
  })

  it('needs a directory that has a name', async () => {
    await expect(begin({}, '')).rejects.toThrow(BadInput)
  })

  it('only adds to package.json and .gitignore', async () => {
    const directory = folder()
    mkdirSync(directory)
    const before = {
      name: 'theirs',
      license: 'MIT',
      scripts: { check: 'eslint' },
      devDependencies: { 'aws-cdk': '2.0.0' },
    }
    writeFileSync(join(directory, 'package.json'), JSON.stringify(before))
    writeFileSync(join(directory, '.gitignore'), '*.log\nnode_modules/')
    await begin({}, directory)
    expect(JSON.parse(read(directory, 'package.json'))).toMatchObject({
      ...before,
      devDependencies: { 'aws-cdk': '2.0.0', [packageName]: version },
      scripts: { check: 'eslint', deploy: 'rebake deploy' },
    })
    expect(read(directory, '.gitignore')).toBe('*.log\nnode_modules/\ncdk.out/\nrehearsal-out/\n')
  })

  it('writes nothing beside a package.json whose scripts are none', async () => {
    const directory = folder()
    mkdirSync(directory)
    writeFileSync(join(directory, 'package.json'), '{"scripts":[]}')
    await expect(begin({}, directory)).rejects.toThrow('package.json: expected a JSON object')
    expect(existsSync(join(directory, 'fleet.yaml'))).toBe(false)
  })

  it('writes nothing beside a package.json that is none', async () => {
    const directory = folder()
    mkdirSync(directory)
    writeFileSync(join(directory, 'package.json'), '[')
    await expect(begin({}, directory)).rejects.toThrow('package.json: expected a JSON object')
    expect(filesIn(directory)).toEqual(['package.json'])
  })

  it.each([
    {
      what: 'a folder .github',
      make: (directory: string) => mkdirSync(join(directory, '.github')),
      file: '.github/workflows/rebake.yml',
    },
    {
      what: 'a remote of GitLab',
      make: (directory: string) => {
        execFileSync('git', ['-C', directory, 'init', '-q'])
        execFileSync('git', ['-C', directory, 'remote', 'add', 'origin', 'https://gitlab.example.com/a/b.git'])
      },
      file: '.gitlab-ci.yml',
    },
  ])('has the CI of $what', async ({ make, file }) => {
    const directory = folder()
    mkdirSync(directory)
    make(directory)
    await begin({}, directory)
    expect(filesIn(directory)).toContain(file)
  })

  it('has no CI where none is wanted', async () => {
    expect(filesIn(await begin({ ci: 'none' }))).toEqual([
      '.gitignore',
      '.nvmrc',
      'components/example.yaml',
      'fleet.yaml',
      'package.json',
    ])
  })
})

interface Workflow {
  jobs: Record<
    string,
    { permissions?: object; environment?: string; concurrency?: object; steps: { run?: string; uses?: string }[] }
  >
}

describe('CI', () => {
  caughtOutput()

  it.each(['github', 'gitlab'] as const)('of %s is YAML, and its commands exist', async (ci) => {
    const directory = await begin({ ci })
    const text = read(directory, ci === 'github' ? '.github/workflows/rebake.yml' : '.gitlab-ci.yml')
    expect(parse(text)).toBeTypeOf('object')
    const commands = scriptedCommands(text)
    expect(commands.map((command) => command.split(' ')[0])).toEqual(['check', 'rehearse', 'plan', 'deploy', 'doctor'])
    for (const command of commands) expect(whyNot(command)).toBe('')
    const { scripts } = JSON.parse(read(directory, 'package.json')) as { scripts: Record<string, string> }
    for (const script of Object.values(scripts))
      if (script !== 'rebake') expect(whyNot(script.replace('rebake ', ''))).toBe('')
  })

  it('of GitHub deploys with a role, in an environment, one at a time; a pull request gets no credentials', async () => {
    const { jobs } = parse(read(await begin({ name: 'gold' }), '.github/workflows/rebake.yml')) as Workflow
    expect(jobs.deploy).toMatchObject({
      permissions: { 'id-token': 'write' },
      environment: 'rebake-gold',
      concurrency: { 'cancel-in-progress': false },
    })
    expect(jobs.check).not.toHaveProperty('permissions')
    expect(JSON.stringify(jobs.check)).not.toContain('configure-aws-credentials')
    // What a pull request names reaches a shell as a variable only.
    for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps)) expect(run).not.toContain('${{')
  })
})

it.each([
  ['golden-images', 'golden-images'],
  ['Our Golden Images 2026!', 'our-golden-images-20'],
  ['aws-fleet', 'golden'],
  ['1', 'golden'],
])('a directory %s gives the fleet the name %s', (directory, name) => expect(fleetNameOf(directory)).toBe(name))

it('is checked and rehearsed at once', { timeout: 120_000 }, async () => {
  const parent = mkdtempSync(join(root, 'new-'))
  const begun = await runRebake(parent, ['init', 'golden-images'])
  expect(begun).toMatchObject({ code: 0, stderr: '' })
  expect(begun.stdout).toMatch(
    /^✔ golden-images has .*\n\nFleet golden-images, .*\n✔ golden-images\/fleet\.yaml is valid/,
  )
  const { code, stdout } = await runRebake(join(parent, 'golden-images'), ['rehearse'])
  expect(stdout).toMatch(/✔ 1 image released;/)
  expect(code).toBe(0)
})
