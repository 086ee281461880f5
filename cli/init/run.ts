import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { commandLine } from '../../domain/command-text.ts'
import { exampleAccountsIn } from '../../domain/fleet/example-accounts.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { FleetInvalid, parseFleet } from '../../domain/fleet/parse.ts'
import { check } from '../check/run.ts'
import { makeDirectory } from '../make-directory.ts'
import { BadInput, fileProblem } from '../problems.ts'
import { list } from '../render/text.ts'
import { fleetName } from '../standing.ts'
import { askText, canAsk } from '../terminal/ask.ts'
import { print } from '../terminal/output.ts'
import type { InitOptions } from './command.ts'
import { type Ci, filesFor, type NewFile } from './files.ts'
import { answersOf } from './questions.ts'

interface InitDeps {
  /** undefined without a terminal. */
  ask: ((question: string, fallback: string) => Promise<string>) | undefined
  check: (file: string) => Promise<void>
}

const realDeps = (yes: boolean): InitDeps => ({
  ask: !yes && canAsk() ? askText : undefined,
  check: (fleet) => check({ fleet }),
})

/** Begins a repository: all of it, or where something is in the way, nothing. */
export async function init(
  directory: string,
  options: Partial<InitOptions>,
  deps: InitDeps = realDeps(options.yes ?? false),
): Promise<void> {
  if (directory === '') throw new BadInput('Which directory? Name one, or leave it out for the one where you are.')
  const name = basename(resolve(directory))
  refuseNoOwner(options.teams ?? [])
  const answers = await answersOf(options, name, deps.ask)
  const files = filesFor(directory, answers, {
    packageName:
      name
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'golden-images',
    ci: options.ci ?? ciOf(directory),
    teams: options.teams ?? [],
  })
  const fleet = fleetOf(files)
  if (!options.force) refuseToOverwrite(directory, files)
  for (const file of files) write(directory, file)
  print([`✔ ${relative('', resolve(directory)) || '.'} has ${list(files.map(({ path }) => path))}.`, ''])
  await deps.check(relative('', join(resolve(directory), fleetName)))
  const there = relative('', resolve(directory))
  print(['', 'Next:', ...(there === '' ? [] : [`  cd ${there}`]), ...next.map((command) => `  ${command}`)])
  print(['', 'Where the account has Image Builder pipelines, a fleet can adopt them:', `  ${adopting(answers.region)}`])
  print(['', ...beforeDeploy(fleet), ...deploying.map((command) => `  ${command}`)])
}

const next = ['npm install', commandLine('rehearse')]
const deploying = [commandLine('check', '--aws'), commandLine('bootstrap'), commandLine('deploy')]
const adopting = (region: string) => commandLine('import', '--region', region, '--dry-run')

/** Accounts of examples do for all but a deploy. */
function beforeDeploy(fleet: Fleet): string[] {
  const examples = exampleAccountsIn(fleet)
  return examples.length === 0
    ? ['Then:']
    : [`Then put accounts of your own in the place of ${list(examples)}, which are examples, in ${fleetName}:`]
}

/**
 * Owners as CODEOWNERS has them.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 * @throws BadInput
 */
function refuseNoOwner(owners: readonly string[]): void {
  const wrong = owners.find((owner) => !/^(@[\w.-]+(\/[\w.-]+)*|[^\s@#]+@[^\s@#]+)$/.test(owner))
  if (wrong !== undefined)
    throw new BadInput(`--teams ${JSON.stringify(wrong)}: expected @user, @organization/team or a mail address`)
}

/** Answers may be right one by one, and make no fleet. @throws BadInput */
function fleetOf(files: readonly NewFile[]): Fleet {
  const textOf = (path: string) => files.find((file) => file.path === path)?.text
  try {
    return parseFleet(textOf(fleetName) ?? '', fleetName, textOf)
  } catch (error) {
    if (!(error instanceof FleetInvalid)) throw error
    const problems = error.problems.map(({ message }) => message)
    throw new BadInput(`These answers make no fleet: ${problems.join('; ')}. Nothing was written.`, { cause: error })
  }
}

/** A link that leads nowhere is there, too: what is written through it is somewhere else. */
const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined

/** @throws BadInput that names the files that are there */
function refuseToOverwrite(directory: string, files: readonly NewFile[]): void {
  const inTheWay = files.filter(({ path, adds }) => !adds && isThere(join(directory, path))).map(({ path }) => path)
  if (inTheWay.length > 0)
    throw new BadInput(
      `${list(inTheWay)} ${inTheWay.length === 1 ? 'is' : 'are'} there already, in ${resolve(directory)}. Nothing was written. --force writes over them.`,
    )
}

function write(directory: string, { path, text }: NewFile): void {
  const file = join(directory, path)
  try {
    makeDirectory(dirname(file))
    writeFileSync(file, text)
  } catch (error) {
    throw fileProblem(error, file, 'Name a directory that can be written to.')
  }
}

/** What the repository has, else GitHub. */
function ciOf(directory: string): Ci {
  if (existsSync(join(directory, '.gitlab-ci.yml'))) return 'gitlab'
  if (existsSync(join(directory, '.github'))) return 'github'
  return /gitlab/.test(remoteOf(directory)) ? 'gitlab' : 'github'
}

function remoteOf(directory: string): string {
  try {
    const git = ['-C', directory, 'remote', 'get-url', 'origin']
    return execFileSync('git', git, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
