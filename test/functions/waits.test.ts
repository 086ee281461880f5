import { SendTaskSuccessCommand, SFNClient, TaskTimedOut } from '@aws-sdk/client-sfn'
import { beforeEach, describe, expect, it } from 'vitest'
import { request, withdraw } from '../../domain/claims.ts'
import { changeClaims, claimWait } from '../../functions/shared/claims.ts'
import { taskWaits } from '../../functions/shared/waits.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const stepFunctions = mockOf(SFNClient)
const time = '2026-09-08T09:00:00Z'
const sent = () => stepFunctions.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input }] }) => input)
const make = () => {
  const ledger = memoryLedger()
  return { ledger, waits: taskWaits(ledger, stepFunctions as unknown as SFNClient) }
}
beforeEach(() => {
  stepFunctions.reset()
  stepFunctions.on(SendTaskSuccessCommand).resolves({})
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

  it('expires 90 days after it was last touched', async () => {
    const { ledger, waits } = make()
    await waits.leaveToken('id', 'token-1', time)
    expect([...ledger.items.values()][0]?.expires).toBe(Date.parse(time) / 1000 + 90 * 86_400)
  })
})

describe('the claims in the ledger', () => {
  const claim = (holder: string) => ({ holder, image: holder, remaining: 0, since: time })

  it('tell a waiter when its turn comes, and once', async () => {
    const { ledger, waits } = make()
    const parts = { ledger, waits, concurrentBakes: 1 }
    for (const holder of ['a', 'b']) {
      await waits.leaveToken(claimWait(holder), `token-${holder}`, time)
      await changeClaims(parts, time, (claims) => request(claims, claim(holder)))
    }
    expect(sent().map(({ taskToken }) => taskToken)).toEqual(['token-a'])
    await changeClaims(parts, time, (claims) => withdraw(claims, 'a'))
    await changeClaims(parts, time, (claims) => claims)
    expect(sent().map(({ taskToken }) => taskToken)).toEqual(['token-a', 'token-b'])
  })

  it('repeat a grant whose telling failed', async () => {
    const { ledger, waits } = make()
    const parts = { ledger, waits, concurrentBakes: 1 }
    await waits.leaveToken(claimWait('a'), 'token-a', time)
    stepFunctions.on(SendTaskSuccessCommand).rejectsOnce(new Error('crash')).resolves({})
    const ask = () => changeClaims(parts, time, (claims) => request(claims, claim('a')))
    await expect(ask()).rejects.toThrow('crash')
    await ask()
    expect(sent()).toHaveLength(2)
  })

  it('are computed again when somebody else was faster, and give up loudly', async () => {
    const { ledger, waits } = make()
    const parts = { ledger, waits, concurrentBakes: 2 }
    const replace = ledger.replace
    let busy = 3
    ledger.replace = async (key, item, version) => (busy-- > 0 ? false : replace(key, item, version))
    await changeClaims(parts, time, (claims) => request(claims, claim('a')))
    busy = 1_000
    const asked = changeClaims(parts, time, (claims) => request(claims, claim('b')))
    await expect(asked).rejects.toMatchObject({ name: 'Transient' })
  })
})
