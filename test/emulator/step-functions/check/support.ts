import { expect, it } from 'vitest'
import { checkDefinition } from '../../../../emulator/step-functions/check/check.ts'
import { chain } from '../support.ts'

export type Case = [what: string, definition: unknown, path: string, message: string | RegExp]

export const pass = chain({ Type: 'Pass' })
export const machine = (more: object) => ({ QueryLanguage: 'JSONata', ...pass, ...more })
/** A machine of one state `S1` that ends, with these fields. */
export const one = (state: object) => machine(chain({ Type: 'Pass', ...state }))
export const states = (all: object, startAt = 'A') => machine({ StartAt: startAt, States: all })
export const end = { Type: 'Pass', End: true }

export function check(cases: Case[]): void {
  it.each(cases)('%s', (_, definition, path, message) => {
    const found = checkDefinition(definition).map((problem) => [problem.path, problem.message])
    expect(found).toEqual([[path, typeof message === 'string' ? message : expect.stringMatching(message)]])
  })
}
