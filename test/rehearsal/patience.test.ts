import { expect, it } from 'vitest'
import type { Execution } from '../../emulator/step-functions/execution.ts'
import type { StepFunctions } from '../../emulator/step-functions/step-functions.ts'
import { Tokens } from '../../emulator/step-functions/tokens.ts'
import { patienceWith } from '../../rehearsal/patience.ts'

const waiter = (roleArn: string) => ({
  roleArn,
  isKnown: () => true,
  succeed() {},
  fail() {},
  heartbeat() {},
})

it.each([
  ['a deployed machine, whose answer comes from inside', 'deployed', false],
  ['a machine that somebody made, who has to answer', 'theirs', true],
])('waits at the pace of the wall for %s: %s, %s', (_, roleArn, walks) => {
  const tokens = new Tokens()
  const engine = { tokens, executions: new Map<string, Execution>() } as unknown as StepFunctions
  const patience = patienceWith(engine, (role) => role === 'deployed')
  tokens.open('token', waiter(roleArn))
  expect(patience(0) === Number.POSITIVE_INFINITY).toBe(walks)
  tokens.close('token')
  expect(patience(0)).not.toBe(Number.POSITIVE_INFINITY)
})
