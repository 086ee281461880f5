import { describe, expect, it } from 'vitest'
import { evaluate, type Statement } from '../../../emulator/iam/policy.ts'
import { glob } from '../../../emulator/matching/index.ts'
import { allow, build, newWorld, roleWith, target, trusting } from '../accounts.ts'

const parameter = 'arn:aws:ssm:us-east-1:111111111111:parameter/golden/images/base/parent'
const put = {
  action: 'ssm:PutParameter',
  resource: parameter,
  context: { 'aws:PrincipalAccount': build.account },
}
const onParameter = (s: Partial<Statement>): Statement => ({
  Effect: 'Allow',
  Action: 'ssm:PutParameter',
  Resource: parameter,
  ...s,
})

describe('policy evaluation', () => {
  it.each<[string, Statement[], string]>([
    ['no statement', [], 'not allowed'],
    ['the very action and resource', [onParameter({})], 'allowed'],
    ['another action', [onParameter({ Action: 'ssm:GetParameter' })], 'not allowed'],
    ['a wildcard action, whatever its case', [onParameter({ Action: ['SSM:put*'] })], 'allowed'],
    ['a wildcard resource', [onParameter({ Resource: '*:parameter/golden/images/*' })], 'allowed'],
    ['a resource of other case', [onParameter({ Resource: parameter.replace('golden', 'Golden') })], 'not allowed'],
    ['one character for another', [onParameter({ Resource: parameter.replace('base', 'b?se') })], 'allowed'],
    ['a deny beside an allow', [onParameter({}), onParameter({ Effect: 'Deny' })], 'denied'],
    ['a deny of something else', [onParameter({}), onParameter({ Effect: 'Deny', Resource: 'arn:other' })], 'allowed'],
    ['NotAction that leaves it in', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'allowed'],
    ['NotAction that takes it out', [{ Effect: 'Allow', NotAction: 'ssm:*', Resource: '*' }], 'not allowed'],
    ['NotResource', [{ Effect: 'Allow', Action: '*', NotResource: parameter }], 'not allowed'],
    [
      'a condition that holds',
      [onParameter({ Condition: { StringEquals: { 'AWS:principalaccount': ['0', build.account] } } })],
      'allowed',
    ],
    [
      'a condition that does not',
      [onParameter({ Condition: { StringLike: { 'aws:PrincipalAccount': '2*' } } })],
      'not allowed',
    ],
    [
      'a condition on a key that is not there',
      [onParameter({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })],
      'not allowed',
    ],
    [
      'the same, if it exists',
      [onParameter({ Condition: { StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } } })],
      'allowed',
    ],
    [
      'a negative condition',
      [onParameter({ Condition: { StringNotEquals: { 'aws:PrincipalAccount': build.account } } })],
      'not allowed',
    ],
    [
      'a policy variable',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own syntax
      [onParameter({ Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } } })],
      'allowed',
    ],
  ])('%s', (_, statements, outcome) => {
    expect(evaluate([{ Statement: statements }], put).outcome).toBe(outcome)
  })

  it.each([
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '5' } }, 'NumericLessThan'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own syntax
    [{ StringEquals: { 'aws:PrincipalAccount': '${aws:userid}' } }, 'aws:userid'],
  ])('refuses to guess at %j', (Condition, named) => {
    expect(() => evaluate([{ Statement: [onParameter({ Condition })] }], put)).toThrow(named)
  })

  it.each([
    ['a.c', 'abc', false],
    ['a*', 'a/b:c', true],
    ['(x)', '(x)', true],
    ['*', '', true],
  ])('%s and %s', (pattern, value, expected) => {
    expect(glob(pattern, value)).toBe(expected)
  })
})

describe('calls', () => {
  const parameters = 'arn:aws:ssm:us-east-1:111111111111:parameter/golden/*'
  const input = { Name: '/golden/a', Value: 'x', Type: 'String' }

  it('refuses what no statement allows, in AWS’s words, and logs it', async () => {
    const { aws } = newWorld()
    const principal = roleWith(aws, [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameters }])
    const call = aws.call({ principal, service: 'ssm', operation: 'PutParameter', input })
    await expect(call).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::111111111111:assumed-role/worker/test is not authorized to perform: ssm:PutParameter on ' +
        'resource: arn:aws:ssm:us-east-1:111111111111:parameter/golden/a because no identity-based policy allows the ' +
        'ssm:PutParameter action',
    })
    expect(aws.calls).toMatchObject([{ principal: 'WorkerRole', error: { name: 'AccessDeniedException' } }])
  })

  it('lets the operator do everything, apart from the roles’ log', async () => {
    const { aws } = newWorld()
    const principal = aws.iam.operator()
    await aws.call({ principal, service: 'ssm', operation: 'PutParameter', input })
    expect(aws.calls).toEqual([])
    expect(aws.operatorCalls).toHaveLength(1)
  })

  it('says which permissions nothing ever used', async () => {
    const { aws } = newWorld()
    const principal = roleWith(aws, [allow('ssm:PutParameter', 'ssm:DeleteParameter', 'logs:PutLogEvents', 'ec2:*')])
    roleWith(aws, [allow('ssm:PutParameter')], { name: 'idle', logicalId: 'IdleRole' })
    await aws.call({ principal, service: 'ssm', operation: 'PutParameter', input })
    expect(aws.unusedPermissions()).toEqual(['WorkerRole: ec2:*', 'WorkerRole: ssm:DeleteParameter'])
  })

  it.each<[string, Statement[], string | undefined]>([
    ['nothing', [allow('sns:Publish')], 'kms:GenerateDataKey'],
    ['half of it', [allow('sns:Publish', 'kms:GenerateDataKey')], 'kms:Decrypt'],
    ['all of it', [allow('sns:Publish', 'kms:GenerateDataKey*', 'kms:Decrypt')], undefined],
  ])('an encrypted topic needs the key: %s of that is allowed', async (_, statements, refused) => {
    const { aws } = newWorld()
    const arn = 'arn:aws:sns:us-east-1:111111111111:golden-notifications'
    aws.sns.addTopic({ arn, kmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/1' })
    const principal = roleWith(aws, statements)
    const publish = aws.call({
      principal,
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn: arn, Message: 'm' },
    })
    if (refused) await expect(publish).rejects.toThrow(refused)
    else await expect(publish).resolves.toMatchObject({ MessageId: expect.any(String) })
  })

  it('checks both sides of an index query, a tagged put and a batch', async () => {
    const { aws } = newWorld()
    const table = 'arn:aws:dynamodb:us-east-1:111111111111:table/golden-ledger'
    const principal = roleWith(aws, [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: table }])
    const query = (input: object) => aws.call({ principal, service: 'dynamodb', operation: 'Query', input })
    await expect(query({ TableName: 'golden-ledger', IndexName: 'by-status' })).rejects.toThrow(
      `${table}/index/by-status`,
    )
    await expect(query({ TableName: 'other' })).rejects.toThrow('table/other')
  })
})

describe('assuming a role', () => {
  const arn = `arn:aws:iam::${target.account}:role/golden-publish`
  const mayAssume: Statement = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: 'arn:aws:iam::*:role/golden-publish',
  }
  const withId = { StringEquals: { 'sts:ExternalId': 'golden' } }
  const worker = { AWS: `arn:aws:iam::${build.account}:role/worker` }
  const root = { AWS: `arn:aws:iam::${build.account}:root` }

  it.each([
    ['trusts the account and gets its external id', [mayAssume], trusting(root, withId), 'golden', true],
    ['trusts the role', [mayAssume], trusting(worker), undefined, true],
    [
      'trusts the organization',
      [mayAssume],
      trusting({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-example1234' } }),
      undefined,
      true,
    ],
    ['gets another external id', [mayAssume], trusting(root, withId), 'silver', false],
    ['gets no external id', [mayAssume], trusting(root, withId), undefined, false],
    ['trusts somebody else', [mayAssume], trusting({ AWS: 'arn:aws:iam::555555555555:root' }), 'golden', false],
    ['trusts a service only', [mayAssume], trusting({ Service: 'lambda.amazonaws.com' }), 'golden', false],
    ['trusts, but the caller may not', [allow('sts:GetCallerIdentity')], trusting(root), 'golden', false],
  ])('that %s', async (_, statements, trust, ExternalId, works) => {
    const { aws } = newWorld()
    const principal = roleWith(aws, statements)
    roleWith(aws, [], {
      account: target.account,
      name: 'golden-publish',
      logicalId: 'PublishRole',
      trust,
    })
    const input = { RoleArn: arn, RoleSessionName: 'publish', ...(ExternalId ? { ExternalId } : {}) }
    const call = aws.call({ principal, service: 'sts', operation: 'AssumeRole', input })
    if (!works) await expect(call).rejects.toMatchObject({ name: 'AccessDenied', status: 403 })
    else {
      const { AssumedRoleUser } = (await call) as { AssumedRoleUser: { Arn: string } }
      expect(AssumedRoleUser.Arn).toBe(`arn:aws:sts::${target.account}:assumed-role/golden-publish/publish`)
    }
  })

  it('refuses a role that does not exist as one that does not trust', async () => {
    const { aws } = newWorld()
    const principal = roleWith(aws, [mayAssume])
    const input = { RoleArn: arn, RoleSessionName: 'publish' }
    const call = aws.call({ principal, service: 'sts', operation: 'AssumeRole', input })
    await expect(call).rejects.toThrow('is not authorized to perform: sts:AssumeRole')
  })
})
