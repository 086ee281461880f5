import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageName } from '../../domain/product.ts'

/** The package in a repository of a user: outside of the clone, with the example's fleet in its root. */
export interface Installed {
  /** The user's repository. */
  directory: string
  /** The package in it. */
  root: string
  /** Bytes of the tarball. */
  packed: number
  /** Runs node_modules/.bin/rebake there. */
  rebake(...args: string[]): Run
  /** Runs a script of the package, or a copy of one, with the Node of this test. */
  node(script: string, env?: Record<string, string>): Run
  /** The same package from a folder in the repository, which may be one of its own. */
  in(directory: string, env?: Record<string, string>): Place
}

export interface Place {
  directory: string
  rebake(...args: string[]): Run
  /** Runs a line as a person types it there. */
  type(line: string): Run
  /** Rehearses, and serves it. @throws where it ends before, with what it has printed */
  serve(...args: string[]): Promise<Served>
}

/** A rehearsal that is served. */
export interface Served {
  stdout: string
  /** What a shell has that works with it, by the account whose operator asks. */
  env(account?: string): Record<string, string>
  stop(): void
}

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Packs what dist/ has, and installs it without the network. Nothing is built, and no script runs. */
export function installPackage(): Installed {
  const directory = mkdtempSync(join(tmpdir(), 'rebake-user-'))
  npm('.', 'pack', '--ignore-scripts', '--pack-destination', directory)
  const [tarball = ''] = globSync('*.tgz', { cwd: directory })
  writeFileSync(join(directory, 'package.json'), '{ "name": "golden-images", "private": true }')
  npm(directory, 'install', `./${tarball}`, '--offline', '--no-audit', '--no-fund')
  const root = join(directory, 'node_modules', packageName)
  cpSync(join(root, 'examples/golden'), directory, { recursive: true })
  const bin = join(directory, 'node_modules/.bin/rebake')
  return {
    directory,
    root,
    packed: statSync(join(directory, tarball)).size,
    rebake: (...args) => run(directory, {}, bin, args),
    node: (script, env) => run(directory, env, process.execPath, [script]),
    in: (folder, env) => ({
      directory: folder,
      rebake: (...args) => run(folder, env, bin, args),
      type: (line) => run(folder, env, 'sh', ['-c', line]),
      serve: (...args) => serve(folder, bin, args),
    }),
  }
}

type Env = Record<string, string>

/** No loader, option, cache or credential of this process; the Node that `#!/usr/bin/env node` finds is the same. */
const environment = (cwd: string, env: Env = {}) => ({
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: cwd,
  ...env,
})

function run(cwd: string, env: Env | undefined, command: string, args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: environment(cwd, env),
  })
  return { code: status, stdout, stderr }
}

const serve = (cwd: string, bin: string, args: string[]) =>
  new Promise<Served>((done, failed) => {
    const child = spawn(bin, ['rehearse', '--serve', ...args], { cwd, env: environment(cwd) })
    let [stdout, stderr] = ['', '']
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.stdout.on('data', (data) => {
      stdout += data
      const [, url = '', region = ''] = /AWS_ENDPOINT_URL=(\S+) AWS_DEFAULT_REGION=(\S+)/.exec(stdout) ?? []
      if (!stdout.includes('Ctrl-C ends it.')) return
      const shell = { AWS_ENDPOINT_URL: url, AWS_DEFAULT_REGION: region, AWS_SECRET_ACCESS_KEY: 'operator' }
      done({
        stdout,
        env: (account = 'operator') => ({ ...shell, AWS_ACCESS_KEY_ID: account }),
        stop: () => child.kill('SIGINT'),
      })
    })
    child.on('close', (code) => failed(new Error(`rehearse --serve ended with ${code}: ${stdout}${stderr}`)))
  })

/** @throws where it fails, with what it has printed */
export const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', ['--loglevel=error', ...args], { cwd, encoding: 'utf8' })
