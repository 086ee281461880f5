import { describe, expect, it } from 'vitest'
import { todoLines, todosIn } from '../../../cli/check/todos.ts'

describe('what a fleet file leaves to do', () => {
  it('is in its comments, by line, and not in its scripts', () => {
    const fleet = [
      '# TODO: who?',
      'name: x # TODO where?',
      'document: |',
      '  # TODO: not this',
      'other: "# TODO: nor this"',
      '',
    ]
    expect(todoLines(todosIn(fleet.join('\n')), 'fleet.yaml')).toEqual([
      '! fleet.yaml:1: to do: who?',
      '! fleet.yaml:2: to do: where?',
    ])
  })

  it('is nothing where nobody says so', () => {
    expect(todosIn('# TODOS are elsewhere\nname: x\n')).toEqual([])
  })
})
