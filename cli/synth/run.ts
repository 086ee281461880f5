import { join, resolve } from 'node:path'
import { assemble, type Synthesize, withAssembly } from '../assembly/assembly.ts'
import { stackSetLines, stacksHeadline } from '../assembly/render.ts'
import { loadFleet } from '../fleet.ts'
import { fileProblem } from '../problems.ts'
import { list } from '../render/text.ts'
import { print } from '../terminal/output.ts'
import type { SynthOptions } from './command.ts'

/** Makes the templates, checks them, and keeps them where that is asked for. */
export async function synth({ fleet: file, out }: SynthOptions, synthesize?: Synthesize): Promise<void> {
  const fleet = loadFleet(file)
  print([stacksHeadline(fleet, file)])
  if (out === undefined) {
    const names = await withAssembly({ fleet, file }, async (made) => stacksOf(made), synthesize)
    print([`✔ ${list(names)} are made and checked. Nothing is kept: --out DIRECTORY keeps them.`])
    return
  }
  const made = await assemble({ fleet, file }, out, synthesize).catch((error: unknown) =>
    Promise.reject(fileProblem(error, out, 'Name a directory that can be written to with --out DIRECTORY.')),
  )
  const fileOf = (stack: string) => join(resolve(out), `${stack}.template.json`)
  print([`✔ The templates are in ${resolve(out)}:`, ...stacksOf(made).map((name) => `  ${fileOf(name)}`), ''])
  print(['For other accounts, with credentials of the management account of the organization:', ''])
  print(stackSetLines(fleet, fileOf))
}

const stacksOf = ({ keyStacks, buildStack, targetStack, soeStack }: Awaited<ReturnType<Synthesize>>): string[] =>
  [...keyStacks, buildStack, targetStack, soeStack]
    .filter(({ template }) => Object.keys(template.Resources).length > 0)
    .map(({ name }) => name)
