import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { assemble, type Synthesize, withAssembly } from '../assembly/assembly.ts'
import { stackSetLines, stacksHeadline } from '../assembly/render.ts'
import { loadFleet } from '../fleet.ts'
import { makeDirectory } from '../make-directory.ts'
import { BadInput, fileProblem } from '../problems.ts'
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
  prepare(out)
  const made = await assemble({ fleet, file }, out, synthesize)
  const fileOf = (stack: string) => join(resolve(out), `${stack}.template.json`)
  print([`✔ The templates are in ${resolve(out)}:`, ...stacksOf(made).map((name) => `  ${fileOf(name)}`), ''])
  print(['For other accounts, with credentials of the management account of the organization:', ''])
  print(stackSetLines(fleet, fileOf))
}

/** @throws BadInput where nothing may be written, or something else than templates is there already */
function prepare(out: string): void {
  try {
    makeDirectory(out)
    const there = readdirSync(out)
    if (there.length === 0 || there.includes('manifest.json')) return
  } catch (error) {
    throw fileProblem(error, out, 'Name a directory that can be written to with --out DIRECTORY.')
  }
  throw new BadInput(
    `${out} is not empty, and has no templates of an earlier synth. Nothing was written. Name a new directory with --out DIRECTORY.`,
  )
}

const stacksOf = ({ keyStacks, buildStack, targetStack, soeStack }: Awaited<ReturnType<Synthesize>>): string[] =>
  [...keyStacks, buildStack, targetStack, soeStack]
    .filter(({ template }) => Object.keys(template.Resources).length > 0)
    .map(({ name }) => name)
