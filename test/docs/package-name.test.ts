import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageName } from '../../domain/product.ts'

/*
 * The package `rebake` in the registry is another project's. Where this one is not installed, `npx rebake` downloads that and runs it, in a
 * shell that often has AWS credentials. So a user copies only commands that run ours, or fail: with the scope, or with --no-install.
 */
const runners = 'npx|npm exec|pnpm dlx|pnpm exec|yarn dlx|bunx'
const installers = 'npm (?:install|i|add|view|update)|pnpm (?:add|install)|yarn add|bun add'
const flags = String.raw`(?:\s+-[\w-]*)*`
const dangerous = new RegExp(String.raw`\b(?:${runners}|${installers})${flags}\s+["'\`]?rebake(?![\w/.-])`, 'g')

const strangersIn = (text: string) =>
  [...text.matchAll(dangerous)].map(([found]) => found).filter((found) => !safe(found))
const safe = (command: string) => /^npx\b.*\s--no-install\b/.test(command)

it.each([
  'npx rebake check',
  'npx --yes rebake',
  'npx -y -- rebake check',
  'npm exec rebake',
  'npm exec -- rebake',
  'npm install rebake',
  'npm install --save-dev rebake',
  'npm i -D "rebake"',
  'npm install rebake@0.1.0',
  'pnpm add -D rebake',
  'yarn add rebake',
])('knows that `%s` is somebody else’s package', (command) => {
  expect(strangersIn(`run ${command} now`)).toHaveLength(1)
})

it.each([
  'npx --no-install rebake check',
  `npx ${packageName} init my-fleet`,
  `npm install --save-dev ${packageName}`,
  'npm run -s rebake -- check',
  `npx -p ${packageName} rebake check`,
  'rebake check',
])('lets `%s` pass', (command) => {
  expect(strangersIn(`run ${command} now`)).toEqual([])
})

it('is in no file as a command: neither documents nor help nor messages nor what is generated', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && file !== 'test/docs/package-name.test.ts')
  expect(files.flatMap((file) => strangersIn(readIfThere(file)).map((command) => `${file}: ${command}`))).toEqual([])
})

it('has a scope, and the command has none', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(packageName).toMatch(/^@[\w-]+\/rebake$/)
  expect(Object.keys(manifest.bin)).toEqual(['rebake'])
})

/** A file that is removed and not yet committed is still listed. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
