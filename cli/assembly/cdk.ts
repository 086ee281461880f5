import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { BadInput } from '../problems.ts'

/**
 * What deploys a cloud assembly: a directory in, an exit code out. Nothing else of Rebake knows that it is the CDK's own command.
 */
export interface Cdk {
  /** Shows what differs. @returns 0, or 1 where that could not be found out */
  diff(assembly: string, stacks: string[]): Promise<number>
  /** Shows nothing. @returns 1 where something differs, or could not be found out */
  compare(assembly: string, stacks: string[]): Promise<number>
  /** @param ask whether it asks before permissions become wider */
  deploy(assembly: string, stacks: string[], ask: boolean): Promise<number>
  /** @param environments as `aws://111122223333/us-west-2` */
  bootstrap(assembly: string, environments: string[]): Promise<number>
}

export interface CdkOptions {
  profile: string | undefined
  /** Of a served rehearsal. */
  endpoint: string | undefined
}

/**
 * The CDK's command: the one of the project that the fleet is in, else the one beside Rebake.
 *
 * @throws BadInput where there is none, and says how to install it
 */
export function cdkFor(fleetFile: string, { profile, endpoint }: CdkOptions, ours = import.meta.url): Cdk {
  const command = commandFrom(resolve(fleetFile)) ?? commandFrom(ours)
  if (command === undefined)
    throw new BadInput(
      `The CDK's command is not installed, which deploys the templates: npm install --save-dev aws-cdk, in ${dirname(resolve(fleetFile))}`,
    )
  const flags = ['--no-notices']
  if (profile !== undefined) flags.push('--profile', profile)
  const env = endpoint === undefined ? process.env : { ...process.env, AWS_ENDPOINT_URL: endpoint }
  const run = (assembly: string, args: string[], silent = false) =>
    finished(command, [...args, ...flags], { cwd: resolve(assembly), env, silent })
  // The assembly by its directory, never a command: a cdk.json that the project has for another app is not read.
  const withStacks = (assembly: string, verb: string, stacks: string[]) => [verb, ...stacks, '--app', resolve(assembly)]
  return {
    diff: (assembly, stacks) => run(assembly, [...withStacks(assembly, 'diff', stacks), '--no-fail']),
    compare: (assembly, stacks) => run(assembly, [...withStacks(assembly, 'diff', stacks), '--fail', '--quiet'], true),
    deploy: (assembly, stacks, ask) =>
      run(assembly, [...withStacks(assembly, 'deploy', stacks), '--require-approval', ask ? 'broadening' : 'never']),
    bootstrap: (assembly, environments) => run(assembly, ['bootstrap', ...environments]),
  }
}

/** The script that the package aws-cdk has for its command, as a module at that place would find it. */
function commandFrom(place: string): string | undefined {
  try {
    const manifest = createRequire(place).resolve('aws-cdk/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { cdk: string } }
    return join(dirname(manifest), bin.cdk)
  } catch {
    return undefined
  }
}

interface Run {
  cwd: string
  env: NodeJS.ProcessEnv
  silent: boolean
}

/** @returns its exit code; 1 where a signal ended it */
const finished = (command: string, args: string[], { cwd, env, silent }: Run) =>
  new Promise<number>((done, failed) => {
    const stdio = silent ? 'ignore' : 'inherit'
    const child = spawn(process.execPath, [command, ...args], { cwd, env, stdio })
    child.on('error', failed)
    child.on('close', (code) => done(code ?? 1))
  })
