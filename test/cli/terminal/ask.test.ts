import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { confirm } from '../../../cli/terminal/ask.ts'

const asking = (answer: string | undefined) => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const asked = confirm('Start it?', {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
  })
  input.end(answer)
  return asked.then((said) => ({ said, shown: String(output.read()) }))
}

it.each([
  { answer: 'y\n', said: true },
  { answer: ' YES \n', said: true },
  { answer: '\n', said: false },
  { answer: 'n\ny\n', said: false },
  { answer: 'yesterday\n', said: false },
  { answer: undefined, said: false },
])('takes $answer for $said', async ({ answer, said }) => {
  expect(await asking(answer)).toEqual({ said, shown: `Start it? [y/N] ${answer === undefined ? '\n' : ''}` })
})
