import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { emailOf, formsOf } from '../../domain/messages/forms.ts'
import { kinds } from '../../domain/messages/kinds.ts'
import { withWhereToRun } from '../../domain/messages/where-to-run.ts'
import { samples } from '../support/every-message.ts'
import { whyNot } from '../support/printed-commands.ts'

/*
 * Whatever names a command names one that runs as it stands, in the repository of a fleet: the real program takes it.
 */
const names = createProgram().commands.map((command) => command.name())
const bare = new RegExp(`(?<!npx --no-install )\\brebake (${names.join('|')})\\b`, 'g')

/** In a text for people: between backticks, or at the end of a line of its own. */
function commandsIn(text: string): string[] {
  const inProse = [...text.matchAll(/`npx --no-install rebake ([^`]+)`/g)]
  const inLines = [...text.matchAll(/^ {2}npx --no-install rebake (.+)$/gm)]
  return [...inProse, ...inLines].map(([, command = '']) => command)
}

describe.each(kinds)('a message %s', (kind) => {
  const messages = samples[kind].flatMap(({ message, rereported, others }) => [message, ...rereported, ...others])

  it('names commands that the program takes, and says once where they run', () => {
    for (const message of messages.map((each) => withWhereToRun(each, ''))) {
      const text = emailOf(message)
      expect(text.match(bare)).toBeNull()
      const commands = commandsIn(text)
      expect(commands).toHaveLength(text.split('npx --no-install rebake').length - 1)
      for (const command of commands) expect(whyNot(command)).toBe('')
      expect(text.split('Commands run in the repository of the fleet')).toHaveLength(commands.length > 0 ? 2 : 1)
    }
  })
})

it('a message that was cut names a command that the program takes', () => {
  const [{ message } = { message: undefined }] = samples['image-released']
  if (!message) throw new Error('there is no sample')
  const email = formsOf({ ...message, body: 'line\n'.repeat(80_000) }).email
  expect(commandsIn(email).map(whyNot)).toEqual([''])
})

it('says where its commands run as the fleet says it', () => {
  const message = samples['approval-requested'][0]?.message
  if (!message) throw new Error('there is no sample')
  expect(withWhereToRun(message, 'https://git.example.com/golden').body).toMatch(
    /\nCommands run in the repository of the fleet: https:\/\/git\.example\.com\/golden$/,
  )
})

const files = globSync('{cli,domain,functions,infra,aws,ledger}/**/*.ts')
/** What a call builds: literal words as they are, anything else as a name. */
const built = (source: string) =>
  [...source.matchAll(/\b(?:typed|inProse|command|commandLine)\(((?:'[^']*'|[^()']|\([^()]*\))*)\)/g)]
    .map(([, words = '']) => words)
    .filter((words) => words.trim().startsWith("'"))
    .map((words) =>
      words
        .split(/,(?![^(]*\))/)
        .map((word) => word.trim())
        .filter((word) => word !== '')
        .map((word) => /^'([^']*)'$/.exec(word)?.[1] ?? 'NAME')
        .join(' '),
    )

describe('what sources name', () => {
  const commands = files.flatMap((file) => built(readFileSync(file, 'utf8')).map((command) => ({ file, command })))

  it('is found', () => expect(commands.length).toBeGreaterThan(40))

  it.each(commands)('$file: $command', ({ command }) => {
    expect(whyNot(command.replace(/ --help$/, ''))).toBe('')
  })

  it('is built by that function, and never written as it would not run', () => {
    const written = files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        // Comments are for us; examples of the help get their beginning from `startedAs`.
        .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line) && !/^\s*['`]rebake |examples\(['`]rebake /.test(line))
        .flatMap((line) => (line.replace(/\/\*\*.*/, '').match(bare) ?? []).map((found) => `${file}: ${found}`)),
    )
    expect(written).toEqual([])
  })
})
