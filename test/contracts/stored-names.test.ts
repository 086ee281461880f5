import { expect, it } from 'vitest'
import { campaignStatuses, hasFailed, isOpen } from '../../domain/campaign-status.ts'
import { channels } from '../../domain/names.ts'
import { operationKinds } from '../../domain/operations.ts'
import { useKinds } from '../../domain/releases/usage.ts'
import { isWithdrawn, type WithdrawalOutcome, type WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import { machineNames } from '../../infra/functions/names.ts'

it('has the statuses of campaigns that are stored', () => {
  const all = Object.keys(campaignStatuses) as (keyof typeof campaignStatuses)[]
  expect(all).toEqual(['waiting', 'running', 'finished', 'failed', 'aborted'])
  expect(all.filter((status) => isOpen({ status }))).toEqual(['waiting', 'running'])
  expect(all.filter((status) => hasFailed({ status }))).toEqual(['failed', 'aborted'])
})

it('has the kinds of operations that are stored, each with a state machine', () => {
  expect(operationKinds).toEqual({
    rollback: { machine: 'rollback' },
    revocation: { machine: 'revoke' },
    retirement: { machine: 'retire' },
  })
  for (const { machine } of Object.values(operationKinds)) expect(machineNames).toContain(machine)
})

it('has the channels, kinds of use and outcomes that are stored', () => {
  expect(channels).toEqual(['candidate', 'stable', 'previous'])
  expect(useKinds).toEqual(['channel', 'launch-template', 'auto-scaling-group', 'instance'])
  const outcomes = { done: true, gone: true, 'in-use': false, failed: false } satisfies Record<
    WithdrawalOutcome,
    boolean
  >
  const ami: WithdrawnAmi = { image: 'web', version: '1.0.0/1', ami: 'ami-0a', action: 'disable' }
  for (const [outcome, is] of Object.entries(outcomes) as [WithdrawalOutcome, boolean][])
    expect(isWithdrawn({ ...ami, outcome })).toBe(is)
  expect(isWithdrawn(ami)).toBe(false)
})
