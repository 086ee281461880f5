import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checks } from '../../../cli/doctor/checks.ts'
import { preflightChecks } from '../../../cli/doctor/preflight.ts'
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

it('has in docs/fleet.md every permission that `check --aws` takes, and no other', () => {
  const [, section = ''] = readFileSync('docs/fleet.md', 'utf8').split('| service | actions |')
  const reported = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].flatMap(([, service = '', actions = '']) =>
    actions.split(', ').map((action) => `${service}:${action}`),
  )
  const taken = checks
    .filter((check) => preflightChecks.includes(check) || check.name === 'pipelines')
    .flatMap(({ permissions }) => permissions)
    // Only of a fleet that is deployed.
    .filter((action) => action !== 'lambda:InvokeFunction')
  expect(reported.sort()).toEqual([...new Set(taken)].sort())
})

it('has a name of its own for each check', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
})
