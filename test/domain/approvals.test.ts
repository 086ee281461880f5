import { describe, expect, it } from 'vitest'
import { isApprover, someoneOf } from '../../domain/approvals.ts'

const role = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`
const session = (name: string, account = '111122223333') =>
  `arn:aws:sts::${account}:assumed-role/${name}/alice@example.com`
const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`
const sso = 'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Managers_0a1b2c3d4e5f6789'

describe('an approver', () => {
  it.each([
    ['a session of the role', [role('managers')], session('managers')],
    ['a session of a role with a path', [role('teams/platform/managers')], session('managers')],
    ['a session of a role of single sign-on', [role(sso)], session(sso.split('/').at(-1) as string)],
    ['a session of a role whose name fits', [role('AWSReservedSSO_Managers_*')], session('AWSReservedSSO_Managers_0a')],
    ['any role of the account', [role('*')], session('anybody')],
    ['one of several', [user('bob'), role('managers')], session('managers')],
    ['the user', [user('alice')], user('alice')],
    ['the user with its path', [user('people/alice')], user('people/alice')],
    ['users below a path', [user('people/*')], user('people/here/alice')],
    [
      'a role of another partition',
      ['arn:aws-us-gov:iam::111122223333:role/managers'],
      session('managers').replace('aws', 'aws-us-gov'),
    ],
  ])('is %s', (_, approvers, caller) => {
    expect(isApprover(approvers, caller)).toBe(true)
  })

  it.each([
    ['a session of another role', [role('managers')], session('developers')],
    ['a role whose name only begins so', [role('managers')], session('managers-of-nothing')],
    ['a role whose name only ends so', [role('managers')], session('not-managers')],
    ['a role in another case', [role('managers')], session('Managers')],
    ['the same role of another account', [role('managers')], session('managers', '222233334444')],
    ['a role of another partition', [role('managers')], session('managers').replace('aws', 'aws-cn')],
    ['a session whose name is the role', [role('managers')], session('other').replace('alice@example.com', 'managers')],
    ['a role that may be below another path', [role('teams/*')], session('anybody')],
    ['a role whose name fits, below any path', [role('teams/man*')], session('managers')],
    ['a user of that name', [role('alice')], user('alice')],
    ['a user without its path', [user('people/alice')], user('alice')],
    ['a name that a dot would fit', [role('release.managers')], session('release-managers')],
    ['a federated user', [role('managers')], 'arn:aws:sts::111122223333:federated-user/managers'],
    ['the root user', [role('*'), user('*')], 'arn:aws:iam::111122223333:root'],
    ['nobody', [], session('managers')],
  ])('is not %s', (_, approvers, caller) => {
    expect(isApprover(approvers, caller)).toBe(false)
  })

  it.each([
    [role('managers'), session('managers').replace('alice@example.com', 'rehearsal')],
    [role('teams/managers'), session('managers').replace('alice@example.com', 'rehearsal')],
    [role('man*'), session('manx').replace('alice@example.com', 'rehearsal')],
    [user('people/*'), user('people/x')],
  ])('%s has somebody in it', (approver, someone) => {
    expect(someoneOf(approver)).toBe(someone)
    expect(isApprover([approver], someone)).toBe(true)
  })
})
