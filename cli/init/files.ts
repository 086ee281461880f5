import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ciChoices } from './command.ts'
import { componentYaml, fleetYaml } from './fleet-file.ts'
import { packageJson } from './package-file.ts'
import type { Answers } from './questions.ts'
import { githubWorkflow, gitlabPipeline } from './workflows.ts'

export type Ci = (typeof ciChoices)[number]

/** A file of a new repository, by its path in it. */
export interface NewFile {
  path: string
  text: string
  /** One that is there keeps all that it has. */
  adds: boolean
}

const ignored = ['node_modules/', 'cdk.out/', 'rehearsal-out/']

/** For each system, the files that it reads. */
const pipelines: Record<Ci, (answers: Answers) => [path: string, text: string][]> = {
  github: (answers) => [['.github/workflows/rebake.yml', githubWorkflow(answers)]],
  gitlab: (answers) => [['.gitlab-ci.yml', gitlabPipeline(answers)]],
  none: () => [],
}

/** Everything that a new repository has. @throws BadInput for a package.json that is no JSON */
export function filesFor(
  directory: string,
  answers: Answers,
  { packageName, ci, teams }: { packageName: string; ci: Ci; teams: readonly string[] },
): NewFile[] {
  const there = (path: string) => {
    const file = join(directory, path)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  const written: [path: string, text: string][] = [
    ['fleet.yaml', fleetYaml(answers)],
    ['components/example.yaml', componentYaml(answers)],
    ['.nvmrc', '24\n'],
    ...pipelines[ci](answers),
  ]
  if (teams.length > 0) written.push(['CODEOWNERS', `# Who reviews a change of the fleet.\n* ${teams.join(' ')}\n`])
  return [
    ...written.map(([path, text]) => ({ path, text, adds: false })),
    {
      path: 'package.json',
      text: packageJson(packageName, there('package.json'), join(directory, 'package.json')),
      adds: true,
    },
    { path: '.gitignore', text: withLines(there('.gitignore') ?? '', ignored), adds: true },
  ]
}

function withLines(text: string, lines: readonly string[]): string {
  const missing = lines.filter((line) => !text.split('\n').includes(line))
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return before + missing.map((line) => `${line}\n`).join('')
}
