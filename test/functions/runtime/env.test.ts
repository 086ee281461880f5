import { afterEach, expect, it, vi } from 'vitest'
import { env } from '../../../functions/runtime/env.ts'

afterEach(() => void vi.unstubAllEnvs())

type Name = Parameters<typeof env>[number]

it.each<[Name, string, unknown]>([
  ['LEDGER_TABLE', 'golden-ledger', 'golden-ledger'],
  ['TOPIC_ARN', 'arn:aws:sns:us-west-2:111122223333:golden', 'arn:aws:sns:us-west-2:111122223333:golden'],
  ['BUILD_ACCOUNT', '000122223333', '000122223333'],
  ['CONCURRENT_BAKES', '5', 5],
  ['SUPERSEDE', 'cancel', 'cancel'],
  // A fleet whose upstreams are all public, or in the build account, has none.
  ['UPSTREAM_ACCOUNTS', '', ''],
  ['UPSTREAM_ACCOUNTS', '444455556666,777788889999', '444455556666,777788889999'],
])('%s=%s is read as %j', (name, text, value) => {
  vi.stubEnv(name, text)
  expect(env(name)).toEqual({ [name]: value })
})

it.each<[Name, string | undefined, RegExp]>([
  ['LEDGER_TABLE', undefined, /^environment: LEDGER_TABLE: .*undefined/],
  ['LEDGER_TABLE', '', /^environment: LEDGER_TABLE: .*length/i],
  ['TOPIC_ARN', 'golden', /^environment: TOPIC_ARN: .*"arn:"/],
  ['CAMPAIGN_STATE_MACHINE_ARN', 'golden-campaign', /CAMPAIGN_STATE_MACHINE_ARN: .*"arn:"/],
  ['BUILD_ACCOUNT', '1234', /^environment: BUILD_ACCOUNT: /],
  ['CONCURRENT_BAKES', 'many', /^environment: CONCURRENT_BAKES: /],
  ['CONCURRENT_BAKES', '0', /^environment: CONCURRENT_BAKES: .*>=1/],
  ['SUPERSEDE', 'ask', /^environment: SUPERSEDE: .*"wait" \| "cancel"/],
  ['UPSTREAM_ACCOUNTS', undefined, /^environment: UPSTREAM_ACCOUNTS: .*undefined/],
  ['CONCURRENT_BAKES', '1.5', /^environment: CONCURRENT_BAKES: .*integer/i],
])('%s=%j is refused by name', (name, text, message) => {
  vi.stubEnv(name, text)
  expect(() => env(name)).toThrow(message)
})

it('names every variable that is wrong, and reads no other', () => {
  vi.stubEnv('LEDGER_TABLE', undefined)
  vi.stubEnv('FLEET_NAME', 'golden')
  vi.stubEnv('BUILD_ACCOUNT', 'x')
  expect(() => env('LEDGER_TABLE', 'FLEET_NAME', 'BUILD_ACCOUNT')).toThrow(
    /^environment: LEDGER_TABLE: [^;]+; BUILD_ACCOUNT: [^;]+$/,
  )
  expect(env('FLEET_NAME')).toEqual({ FLEET_NAME: 'golden' })
})
