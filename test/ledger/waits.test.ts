import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import { type LockRequest, releaseLock, removeExecution, requestLock } from '../../domain/locks.ts'
import { changeLocks } from '../../functions/workflow/locks.ts'
import { taskWaits } from '../../functions/workflow/task-waits.ts'
import { keyOf } from '../../ledger/keys.ts'
import { claimWait } from '../../ledger/wait-ids.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const stepFunctions = mockOf(SFNClient)
const time = '2026-09-08T09:00:00Z'
const sent = () => stepFunctions.commandCalls(SendTaskSuccessCommand).map((call) => call.args[0].input)
const failed = () => stepFunctions.commandCalls(SendTaskFailureCommand).map((call) => call.args[0].input)
const make = () => {
  const ledger = memoryLedger()
  return { ledger, waits: taskWaits(ledger.waits, stepFunctions as unknown as SFNClient) }
}
beforeEach(() => {
  stepFunctions.reset()
  stepFunctions.on(SendTaskSuccessCommand).resolves({})
  stepFunctions.on(SendTaskFailureCommand).resolves({})
})

describe('a wait', () => {
  it.each([['token'], ['outcome']])('completes the task when the %s comes first', async (first) => {
    const { waits } = make()
    const token = () => waits.leaveToken('id', 'token-1', time, { order: 7 })
    const outcome = () => waits.bringOutcome('id', { status: 'AVAILABLE' }, time)
    for (const step of first === 'token' ? [token, outcome] : [outcome, token]) {
      expect(sent()).toEqual([])
      await step()
    }
    expect(sent()).toEqual([{ taskToken: 'token-1', output: '{"status":"AVAILABLE","order":7}' }])
  })

  it.each([['token'], ['outcome']])('fails the task with an outcome that is an error: %s first', async (first) => {
    const { waits } = make()
    const token = () => waits.leaveToken('id', 'token-1', time, { order: 7 })
    const outcome = () => waits.bringOutcome('id', { error: 'Superseded', cause: 'by c2' }, time)
    for (const step of first === 'token' ? [token, outcome] : [outcome, token]) await step()
    expect(failed()).toEqual([{ taskToken: 'token-1', error: 'Superseded', cause: 'by c2' }])
    expect(sent()).toEqual([])
  })

  it('keeps the first outcome', async () => {
    const { waits } = make()
    await waits.bringOutcome('id', { status: 'AVAILABLE' }, time)
    await waits.bringOutcome('id', { status: 'DEPRECATED' }, time)
    await waits.leaveToken('id', 'token-1', time)
    expect(sent()[0]?.output).toBe('{"status":"AVAILABLE"}')
  })

  it('takes a task that is over as done, and any other refusal as a failure', async () => {
    const { waits } = make()
    await waits.leaveToken('id', 'token-1', time)
    stepFunctions.on(SendTaskSuccessCommand).rejects(new TaskTimedOut({ message: '', $metadata: {} }))
    await waits.bringOutcome('id', {}, time)
    stepFunctions.on(SendTaskSuccessCommand).rejects(new Error('AccessDenied'))
    await expect(waits.bringOutcome('id', {}, time)).rejects.toThrow('AccessDenied')
  })

  describe('of an invocation whose own task is not there', () => {
    const gone = [
      new TaskTimedOut({ message: 'over', $metadata: {} }),
      new TaskDoesNotExist({ message: 'not yet', $metadata: {} }),
    ]
    const own = (made = make()) => ({ ...made, waits: made.waits.ofInvocation('token-1') })
    const transient = {
      name: 'Transient',
      message: expect.stringMatching(/^its own task is not there: (over|not yet)$/),
    }

    it.each(gone)('throws, so that the task is tried again: $name', async (error) => {
      for (const command of [SendTaskSuccessCommand, SendTaskFailureCommand])
        stepFunctions.on(command as never).rejects(error)
      const { waits, ledger } = own()
      await expect(waits.complete('token-1')).rejects.toMatchObject(transient)
      await waits.leaveToken('id', 'token-1', time)
      await expect(waits.bringOutcome('id', { granted: true }, time)).rejects.toMatchObject(transient)
      await expect(waits.bringOutcome('id', {}, time)).rejects.toMatchObject(transient)
      await taskWaits(ledger.waits).bringOutcome('other', { error: 'Superseded', cause: 'by c2' }, time)
      await expect(waits.leaveToken('other', 'token-1', time)).rejects.toMatchObject(transient)
    })

    it('does not throw once its task has taken an answer, and never for the token of another', async () => {
      const { waits } = own()
      await waits.complete('token-1')
      stepFunctions.on(SendTaskSuccessCommand).rejects(gone[0] as Error)
      await waits.complete('token-1')
      await waits.complete('token-2')
    })
  })

  it('expires 90 days after it was last touched', async () => {
    const { ledger, waits } = make()
    await waits.leaveToken('id', 'token-1', time)
    expect([...ledger.items.values()][0]?.expires).toBe(Date.parse(time) / 1000 + 90 * 86_400)
  })
})

describe('the claims in the ledger', () => {
  const claim = (holder: string, more: Partial<LockRequest> = {}): LockRequest => ({
    holder,
    image: holder,
    stage: 'bake',
    campaign: 'c1',
    number: 1,
    emergency: false,
    remaining: 0,
    since: time,
    ...more,
  })
  type Made = ReturnType<typeof make>
  /** Leaves a token and claims, as acquire-lock does. */
  const ask = async ({ ledger, waits }: Made, each: LockRequest, concurrentBakes = 1) => {
    await waits.leaveToken(claimWait(each), `token-${each.holder}`, time)
    await changeLocks({ ledger, waits, concurrentBakes }, time, (locks) => requestLock(locks, each))
  }

  it('tell a waiter when its lock comes, and once', async () => {
    const made = make()
    const deps = { ...made, concurrentBakes: 1 }
    for (const holder of ['a', 'b']) await ask(made, claim(holder))
    expect(sent().map(({ taskToken }) => taskToken)).toEqual(['token-a'])
    await changeLocks(deps, time, (locks) => removeExecution(locks, 'a'))
    await changeLocks(deps, time, (locks) => locks)
    expect(sent().map(({ taskToken }) => taskToken)).toEqual(['token-a', 'token-b'])
  })

  it('tell a waiter that it has lost its lock, and to whom, and once', async () => {
    const made = make()
    await ask(made, claim('other'))
    await ask(made, claim('old', { image: 'web' }))
    await ask(made, claim('new', { image: 'web', campaign: 'c2', number: 2 }))
    await ask(made, claim('late', { image: 'web' }))
    expect(failed()).toEqual(
      ['old', 'late'].map((holder) => ({
        taskToken: `token-${holder}`,
        error: 'Superseded',
        cause: 'superseded by campaign c2',
      })),
    )
    expect(await made.ledger.table.get(keyOf('locks', {}))).toMatchObject({ superseded: [] })
  })

  it('know two turns of one execution apart, and one turn that it claims twice', async () => {
    const made = make()
    const deps = { ...made, concurrentBakes: 1 }
    await ask(made, claim('a'))
    await ask(made, claim('a', { stage: 'roll-out' }))
    await changeLocks(deps, time, (locks) => releaseLock(locks, claim('a')))
    // Its window was closed: it comes back to the same state, later.
    await ask(made, claim('a', { since: '2026-09-09T09:00:00Z' }))
    expect(sent().map(({ taskToken }) => taskToken)).toEqual(['token-a', 'token-a', 'token-a'])
    expect(new Set([...made.ledger.items.keys()].filter((key) => key.startsWith('WAIT#'))).size).toBe(3)
  })

  it('repeat a grant whose telling failed', async () => {
    const made = make()
    stepFunctions.on(SendTaskSuccessCommand).rejectsOnce(new Error('crash')).resolves({})
    await expect(ask(made, claim('a'))).rejects.toThrow('crash')
    await ask(made, claim('a'))
    expect(sent()).toHaveLength(3)
    expect(await made.ledger.table.get(keyOf('locks', {}))).toMatchObject({ held: [{ told: true }] })
  })

  it('are computed again when somebody else was faster, and give up loudly', async () => {
    const made = make()
    const { ledger } = made
    const { replace } = ledger.table
    let busy = 3
    ledger.table.replace = async (key, item, version) => (busy-- > 0 ? false : replace(key, item, version))
    await ask(made, claim('a'), 2)
    busy = 1_000
    const asked = ask(made, claim('b'), 2)
    await expect(asked).rejects.toMatchObject({
      name: 'Transient',
      message: 'CLAIMS changed 20 times while this change was being made',
    })
  })
})
