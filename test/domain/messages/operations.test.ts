import { expect, it } from 'vitest'
import { imageRolledBack, rollbackStopped } from '../../../domain/messages/operations.ts'
import { releaseRevoked } from '../../../domain/messages/revocations.ts'

const execution = 'arn:aws:states:us-west-2:111122223333:execution:golden-rollback:rollback-web-1'
const of = { by: 'arn:aws:iam::111122223333:user/ada', operation: 'rollback-web-1', execution, problems: [] }
const rolledBack = { ...of, image: 'web', from: '1.0.2/1', to: '1.0.1/1', hold: true }

it('gives one reason, and none where nobody gave one', () => {
  expect(imageRolledBack(rolledBack).body).not.toContain('Why:')
  expect(imageRolledBack({ ...rolledBack, reason: 'it crashes' }).body).toContain('\nWhy: it crashes\n')
  const stopped = rollbackStopped(rolledBack, { error: 'States.Timeout', cause: 'too long' })
  expect(stopped.body.match(/^Why: .*$/gm)).toEqual(['Why: too long'])
})

it('names the operation of a revocation, whose record has what a message leaves out', () => {
  const revoked = releaseRevoked({
    ...of,
    operation: 'revoke-web-1',
    image: 'web',
    version: '1.0.2/1',
    reason: 'CVE-2026-1',
    releases: [{ image: 'web', version: '1.0.2/1', ami: 'ami-2' }],
    goBack: [],
    stranded: [],
    withdrawals: [],
    campaign: undefined,
  })
  expect(revoked.body).toMatch(/\nOperation: revoke-web-1$/)
})
