import { expect, it } from 'vitest'
import { letsIn, type ResourcePolicy } from '../../../cli/doctor/key-policy.ts'
import { exampleFleet } from '../../support/fleets.ts'

const account = '222233334444'
const root = `arn:aws:iam::${account}:root`
const role = 'EC2ImageBuilderDistributionCrossAccountRole'
const fleet = exampleFleet()

const statement = (more: object) => ({
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:DescribeKey'],
  Principal: { AWS: [root] },
  Resource: '*',
  ...more,
})
const only = (more: object): ResourcePolicy => ({ Statement: [statement(more)] })
const called = (id: string) => ({ StringEquals: { 'kms:CallerAccount': [id] } })
const whose = (id: string) => ({ StringEquals: { 'aws:PrincipalOrgID': id } })

it.each<[string, ResourcePolicy, boolean]>([
  ['the account itself', only({}), true],
  ['a statement that stands alone', { Statement: statement({}) }, true],
  ['the number of the account', only({ Principal: { AWS: account } }), true],
  ['a role of it', only({ Principal: { AWS: `arn:aws:iam::${account}:role/${role}` } }), true],
  ['every action', only({ Action: 'kms:*' }), true],
  [
    'the role that copies, of any account',
    only({ Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${role}` } } }),
    true,
  ],
  ['its organization', only({ Principal: '*', Condition: whose('o-exampleorgid') }), true],
  ['the account by a condition', only({ Principal: { AWS: '*' }, Condition: called(account) }), true],
  ['another account by a condition', only({ Principal: { AWS: '*' }, Condition: called('999988887777') }), false],
  ['another account', only({ Principal: { AWS: 'arn:aws:iam::999988887777:root' } }), false],
  ['another role', only({ Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other' } } }), false],
  ['another organization', only({ Principal: '*', Condition: whose('o-otherotherother') }), false],
  ['other actions', only({ Action: ['kms:DescribeKey', 'kms:ReEncrypt*'] }), false],
  ['a refusal', only({ Effect: 'Deny' }), false],
  ['a service', only({ Principal: { Service: 'sns.amazonaws.com' } }), false],
  ['nothing', {}, false],
])('lets a target decrypt, or not, by %s', (_, policy, expected) => {
  expect(letsIn(policy, fleet, account, 'kms:Decrypt')).toBe(expected)
})
