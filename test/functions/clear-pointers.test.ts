import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeEach, expect, it } from 'vitest'
import { recordRevoked } from '../../domain/planning/holds.ts'
import type { Withdrawal } from '../../domain/releases/withdrawal.ts'
import { clearLeft } from '../../functions/reconcile-images/clear-left.ts'
import { clearPointers } from '../../functions/workflow/clear-pointers.ts'
import type { RevocationItem } from '../../ledger/items.ts'
import { fleetOf } from '../rehearsal/ring-rehearsal.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { keepParameters } from '../support/parameters.ts'
import { fakeRelease } from '../support/releases.ts'

const [ssm, sts] = [mockOf(SSMClient), mockOf(STSClient)]
const target = { account: '200000000001', region: 'us-west-2' }
const fleet = fleetOf({ early: { accounts: [target.account], regions: [target.region] } })
const operation = 'revoke-base'
const time = '2026-09-09T00:00:00Z'
const revoked = { at: time, by: 'ada', reason: 'CVE', operation }
const ring = ['', '/candidate', '/stable', '/previous'].map((name) => `/golden-images/base${name}`)
const own = ['candidate', 'stable', 'previous'].map((name) => `/small/images/base/${name}`)

/** The only release of an image is revoked, everywhere. All places share one Parameter Store here. */
async function world() {
  const ledger = memoryLedger()
  const distributed = { early: [{ ...target, ami: 'ami-copy' }] }
  await ledger.releases.recordCandidate(
    fakeRelease({ image: 'base', ami: 'ami-bad', releasedAt: time, copies: distributed, distributed, revoked }),
  )
  await ledger.fleetState.change((known) => recordRevoked(known, ['ami-bad'], operation))
  const withdrawal: Withdrawal = { ...target, users: [target], protects: [], otherwise: 'keep', amis: [] }
  await ledger.operations.recordWithdrawals(operation, [withdrawal])
  await ledger.operations.recordRevocationStarted({
    operation,
    execution: `arn:aws:states:us-west-2:111122223333:execution:small-revoke:${operation}`,
    kind: 'revocation',
    status: 'running',
    releases: [{ image: 'base', version: '1.0.0/1', ami: 'ami-bad' }],
  } as unknown as RevocationItem)
  const names = [...ring.map((name) => [name, 'ami-copy']), ...own.map((name) => [name, 'ami-bad'])]
  keepParameters(ssm, Object.fromEntries(names.map(([name = '', value = '']) => [name, { value }])))
  const deps = { fleet, ledger, ssm: new SSMClient({}), pause: async () => {} }
  return { ledger, deps, known: () => ledger.fleetState.read() }
}
const deleted = () => ssm.commandCalls(DeleteParameterCommand).map(({ args }) => args[0].input.Name)

beforeEach(() => {
  ssm.reset()
  sts.reset()
  const Credentials = { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) }
  sts.on(AssumeRoleCommand).resolves({ Credentials })
})

it('deletes every parameter that names a revoked AMI, once', async () => {
  const { deps, known } = await world()
  expect(await clearPointers(deps, operation)).toEqual([])
  expect(deleted().toSorted()).toEqual([...ring, ...own].toSorted())
  expect((await known()).pointing).toEqual([])
  await clearPointers(deps, operation)
  expect(deleted()).toHaveLength(ring.length + own.length)
  expect(ssm.commandCalls(PutParameterCommand)).toEqual([])
})

it('says where it could not, and the hourly job goes on with it once the revocation has ended', async () => {
  const { deps, ledger, known } = await world()
  const refused = Object.assign(new Error('no'), { name: 'AccessDenied' })
  sts.on(AssumeRoleCommand).rejects(refused)
  expect(await clearPointers(deps, operation)).toEqual([
    `its parameters still name it: ${target.account} ${target.region}: cannot assume arn:aws:iam::${target.account}:role/small-publish: no`,
  ])
  expect(deleted()).toEqual(own)
  expect((await known()).pointing).toEqual([operation])
  sts.reset()
  const Credentials = { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) }
  sts.on(AssumeRoleCommand).resolves({ Credentials })
  await clearLeft(deps, await known())
  expect(deleted()).toEqual(own)
  await ledger.operations.recordRevocationFinished(operation, ['no'], time, undefined)
  await clearLeft(deps, await known())
  expect(deleted().slice(own.length).toSorted()).toEqual(ring.toSorted())
  expect((await known()).pointing).toEqual([])
})

it('passes on what another try may do', async () => {
  const { deps } = await world()
  ssm.on(DeleteParameterCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
  await expect(clearPointers(deps, operation)).rejects.toMatchObject({ name: 'ThrottlingException' })
})

it('fails loudly for a revocation that there is not', async () => {
  await expect(clearPointers((await world()).deps, 'other')).rejects.toThrow('there is no revocation other')
})
