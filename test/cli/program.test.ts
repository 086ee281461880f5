import { describe, expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { faultHelp } from '../../rehearsal/faults.ts'

const program = createProgram()
const commands = [program, ...program.commands].map((command) => ({ name: command.name(), command }))

describe('help', () => {
  it.each(commands)('of $name says what every option does', ({ command }) => {
    const help = command.helpInformation({ error: false })
    for (const option of command.options) {
      expect(help).toContain(option.flags)
      expect(option.description).not.toBe('')
    }
  })

  it.each(commands)('of $name has examples that can be parsed', ({ command }) => {
    const help: string[] = []
    command.configureOutput({ writeOut: (text) => void help.push(text) })
    command.outputHelp()
    const examples = [...help.join('').matchAll(/^ {2}\$ npx --no-install rebake (.*)$/gm)].map(([, line = '']) =>
      line.split(' '),
    )
    expect(examples.length).toBeGreaterThan(0)
    for (const [name, ...rest] of examples) {
      const target = createProgram().commands.find((candidate) => candidate.name() === name)
      const { operands = [], unknown } = target?.parseOptions(rest) ?? {}
      expect(unknown).toEqual([])
      expect(operands.length).toBeLessThanOrEqual(target?.registeredArguments.length ?? 0)
    }
  })

  it('of rehearse explains every fault', () => {
    const help: string[] = []
    const rehearse = createProgram().commands.find((command) => command.name() === 'rehearse')
    rehearse?.configureOutput({ writeOut: (text) => void help.push(text) }).outputHelp()
    const listed = help.join('').replace(/(=[A-Z]+) +/g, '$1: ')
    for (const { usage, help: happens } of faultHelp) expect(listed).toContain(`\n  ${usage}: ${happens}\n`)
  })

  it('names the commands and the exit codes', () => {
    const names = program.commands.map((command) => command.name())
    expect(names).toEqual([
      'init',
      'import',
      'check',
      'plan',
      'rehearse',
      'synth',
      'diff',
      'bootstrap',
      'deploy',
      'doctor',
      'start',
      'status',
      'history',
      'lineage',
      'approve',
      'reject',
      'cancel',
      'retry',
      'promote',
      'rollback',
      'hold',
      'resume',
      'revoke',
      'retire',
    ])
  })
})
