import { execFileSync, spawnSync } from 'node:child_process'
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
}

interface Run {
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
  const run = (command: string, args: string[], env: Record<string, string> = {}): Run => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: directory,
      encoding: 'utf8',
      // No loader, option or cache of this process; the Node that `#!/usr/bin/env node` finds is the same.
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: directory, ...env },
    })
    return { code: status, stdout, stderr }
  }
  return {
    directory,
    root,
    packed: statSync(join(directory, tarball)).size,
    rebake: (...args) => run(join(directory, 'node_modules/.bin/rebake'), args),
    node: (script, env) => run(process.execPath, [script], env),
  }
}

/** @throws where it fails, with what it has printed */
export const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', ['--loglevel=error', ...args], { cwd, encoding: 'utf8' })
