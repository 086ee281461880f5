import { expect, it } from 'vitest'
import { checks } from '../../../cli/doctor/checks.ts'
import { createProgram } from '../../../cli/program.ts'

it('says in its help every permission that its checks take, and no other', () => {
  const written: string[] = []
  const command = createProgram().commands.find((each) => each.name() === 'doctor')
  command?.configureOutput({ writeOut: (text) => void written.push(text) }).outputHelp()
  const [, help = ''] = written.join('').split('It takes these permissions:')
  const lines = help.trim().split('\n')
  const reported = lines.flatMap((line) => {
    const [service = '', ...actions] = line
      .trim()
      .replace(/ \(.*?\)/g, '')
      .split(/[ ,]+/)
    return actions.map((action) => `${service}:${action}`)
  })
  expect(reported.sort()).toEqual([...new Set(checks.flatMap(({ permissions }) => permissions))].sort())
})

it('has a name of its own for each check', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
})
