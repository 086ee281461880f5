import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { resourceTypes } from '../../emulator/world/resources.ts'
import { closeWorlds, worldOf } from './world/small-world.ts'

afterEach(closeWorlds)

const folder = join(import.meta.dirname, '../../emulator')
const file = join(folder, 'README.md')
const fenced = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
const list = (names: string[]) => names.map((name) => `\`${name}\``).join(', ')

async function emulated(): Promise<string> {
  const { world } = await worldOf({})
  const services = Object.entries(world.aws.emulatedOperations())
  const { made, inert } = resourceTypes()
  return [
    '| service | operations |',
    '| --- | --- |',
    ...services.map(([name, operations]) => `| ${name} | ${operations.join(', ')} |`),
    '',
    `Resources of templates: ${list(made)}.`,
    '',
    `There for others to refer to, without doing anything: ${list(inert)}. Any other type is listed in \`world.notEmulated\`.`,
  ].join('\n')
}

/** The README's text with some of its parts written again. */
const written = (text: string, parts: Record<string, string>) =>
  Object.entries(parts).reduce(
    (whole, [name, part]) =>
      whole.replace(
        new RegExp(`<!-- ${name} -->\n[\\s\\S]*?<!-- end -->`),
        () => `<!-- ${name} -->\n${part}\n<!-- end -->`,
      ),
    text,
  )

it('says in its README what is emulated, and has the program that runs there with what it prints', async () => {
  const program = readFileSync(join(folder, 'example/run.ts'), 'utf8')
  const output = execFileSync(process.execPath, [join(folder, 'example/run.ts')], { encoding: 'utf8' })
  expect(output).toContain('SUCCEEDED {"order":17,"confirmed":true}')
  const parts = { program: fenced('ts', program), output: fenced('text', output), emulated: await emulated() }
  await expect(written(readFileSync(file, 'utf8'), parts)).toMatchFileSnapshot(file)
})
