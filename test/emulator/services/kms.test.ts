import { DescribeImagesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { CreateGrantCommand, DescribeKeyCommand, KMSClient, ListGrantsCommand } from '@aws-sdk/client-kms'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../emulator/iam/policy.ts'
import { usesThroughEc2 } from '../../../emulator/services/kms.ts'
import type { CallRecord } from '../../../emulator/services/types.ts'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  keyIn,
  roleWith,
  type Served,
  served,
  target,
  trusting,
} from '../accounts.ts'

const calls: CallRecord[] = []
const arn = keyIn('us-east-1')
let world: Served

beforeEach(async () => {
  world = await served()
  world.aws.organizations.set({
    id: 'o-example1234',
    management: '000000000001',
    root: 'r-abcd',
    units: [{ id: 'ou-abcd-11111111', parent: 'r-abcd' }],
    accounts: [{ id: target.account, parent: 'ou-abcd-11111111' }],
  })
})
afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls, ...world.aws.operatorCalls)
})

const root = ({ account }: { account: string }) => `arn:aws:iam::${account}:root`
const key = (...statements: Partial<Statement>[]) =>
  world.aws.kms.addKey({
    arn,
    enabled: true,
    policy: { Statement: statements.map((statement) => ({ ...allow('kms:*'), ...statement })) },
  })
const worker = (place: typeof build, statements: Statement[]) => roleWith(world.aws, statements, place)
const decrypt = { action: 'kms:Decrypt', resource: arn, context: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } }

describe('the policy of a key', () => {
  const unit = 'o-example1234/r-abcd/ou-abcd-11111111/*'
  it.each<[string, typeof build, Statement[], Partial<Statement>[], string]>([
    [
      'its own account leaves to IAM whom it lets in',
      build,
      [allow('kms:Decrypt')],
      [{ Principal: { AWS: root(build) } }],
      '',
    ],
    ['without IAM nobody is let in', build, [], [{ Principal: { AWS: root(build) } }], 'no identity-based policy'],
    ['without the policy IAM lets nobody in', build, [allow('kms:*')], [], 'no resource-based policy'],
    [
      'it lets in whom it names, whatever IAM says',
      build,
      [],
      [{ Principal: { AWS: `arn:aws:iam::${build.account}:role/worker` } }],
      '',
    ],
    ['another account needs both: both', target, [allow('kms:Decrypt')], [{ Principal: { AWS: root(target) } }], ''],
    ['another account needs both: IAM', target, [], [{ Principal: '*' }], 'no identity-based policy'],
    [
      'another account needs both: the policy',
      target,
      [allow('kms:*')],
      [{ Principal: { AWS: root(build) } }],
      'no resource',
    ],
    [
      'accounts by a condition',
      target,
      [allow('kms:*')],
      [{ Principal: { AWS: '*' }, Condition: { StringEquals: { 'kms:CallerAccount': [target.account] } } }],
      '',
    ],
    [
      'accounts below a unit',
      target,
      [allow('kms:*')],
      [{ Principal: '*', Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [unit] } } }],
      '',
    ],
    [
      'no others',
      build,
      [allow('kms:*')],
      [{ Principal: '*', Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [unit] } } }],
      'no resource-based policy',
    ],
    [
      'another service',
      target,
      [allow('kms:*')],
      [{ Principal: '*', Condition: { StringLike: { 'kms:ViaService': 'sns.*.amazonaws.com' } } }],
      'no resource-based policy',
    ],
    [
      'a deny beside it',
      target,
      [allow('kms:*')],
      [{ Principal: '*' }, { Effect: 'Deny', Principal: { AWS: root(target) }, Action: 'kms:Decrypt' }],
      'explicit deny in a resource-based policy',
    ],
  ])('%s', (_, place, identity, statements, refused) => {
    const principal = worker(place, identity)
    key(...statements)
    const use = () => world.aws.kms.authorize(principal, decrypt, 'us-east-1')
    if (refused) expect(use).toThrow(refused)
    else expect(use).not.toThrow()
  })

  it('counts for calls of KMS itself, and a disabled key can be looked at only', async () => {
    key({ Principal: { AWS: root(target) } })
    const client = new KMSClient(clientOptions(world, worker(target, [allow('kms:*')])))
    expect((await client.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata?.KeyManager).toBe('CUSTOMER')
    const own = new KMSClient(clientOptions(world))
    await expect(own.send(new DescribeKeyCommand({ KeyId: arn }))).rejects.toThrow('no resource-based policy')
    Object.assign(world.aws.kms.key(arn) ?? {}, { enabled: false })
    await expect(client.send(new DescribeKeyCommand({ KeyId: arn }))).resolves.toHaveProperty('KeyMetadata')
    const principal = worker(target, [allow('kms:*')])
    expect(() => world.aws.kms.authorize(principal, decrypt, 'us-east-1')).toThrow('is disabled')
  })

  it('of a key that AWS manages lets in its own account, through the service', async () => {
    const alias = `arn:aws:kms:us-east-1:${target.account}:alias/aws/ebs`
    const use = (place: typeof build, service: string) =>
      world.aws.kms.authorize(
        worker(place, place === build ? [allow('kms:*')] : []),
        { ...decrypt, resource: alias, context: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
        'us-east-1',
      )
    expect(() => use(target, 'ec2')).not.toThrow()
    expect(() => use(target, 'sns')).toThrow('no resource-based policy')
    expect(() => use(build, 'ec2')).toThrow('no resource-based policy')
    const client = new KMSClient(clientOptions(world, worker(target, [allow('kms:DescribeKey')])))
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: alias }))
    expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', AWSAccountId: target.account })
  })
})

describe('a grant', () => {
  const grantee = `arn:aws:iam::${target.account}:role/service`
  const Operations = ['Decrypt', 'CreateGrant'] as const
  const create = (more: object = {}, statements: Statement[] = [allow('kms:CreateGrant')]) =>
    new KMSClient(clientOptions(world, worker(target, statements))).send(
      new CreateGrantCommand({ KeyId: arn, GranteePrincipal: grantee, Operations: [...Operations], ...more }),
    )
  beforeEach(() => {
    const { aws } = world
    const trust = trusting({ Service: 'autoscaling.amazonaws.com' })
    aws.addRole({ account: target.account, logicalId: 'S', name: 'service', arn: grantee, policies: [], trust })
    key({ Principal: { AWS: [root(target), root(build)] } })
  })

  it('lets its grantee do what it says, whatever policies say', async () => {
    const service = world.aws.iam.principalOf(grantee, 'launch')
    const use = (action: string) => () =>
      world.aws.kms.authorize(service, { ...decrypt, action: `kms:${action}` }, 'us-east-1')
    expect(use('Decrypt')).toThrow('no identity-based policy')
    await create()
    expect(use('Decrypt')).not.toThrow()
    expect(use('Encrypt')).toThrow('no identity-based policy')
    world.aws.kms.revokeGrants(arn, grantee)
    expect(use('Decrypt')).toThrow('no identity-based policy')
  })

  it('with a name is made once, and without one each time', async () => {
    const named = { Name: 'golden' }
    const { GrantId } = await create(named)
    expect((await create(named)).GrantId).toBe(GrantId)
    expect((await create()).GrantId).not.toBe(GrantId)
    const { Grants } = await new KMSClient(clientOptions(world)).send(
      new ListGrantsCommand({ KeyId: arn, GranteePrincipal: grantee }),
    )
    expect(Grants).toMatchObject([
      { Name: 'golden', GranteePrincipal: grantee, Operations },
      { GranteePrincipal: grantee },
    ])
  })

  it.each([
    ['a role that is not there', { GranteePrincipal: `${grantee}s` }],
    ['an alias', { KeyId: `arn:aws:kms:us-east-1:${build.account}:alias/golden` }],
  ])('is refused for %s', async (_, more) => {
    await expect(create(more)).rejects.toMatchObject({ name: 'InvalidArnException' })
  })

  it.each<[string, NonNullable<Statement['Condition']>]>([
    ['other operations', { 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt'] } }],
    ['other principals', { StringEquals: { 'kms:GranteePrincipal': 'arn:aws:iam::222222222222:role/other' } }],
    ['services of AWS', { Bool: { 'kms:GrantIsForAWSResource': 'true' } }],
  ])('is refused where only %s are allowed', async (_, Condition) => {
    await expect(create({}, [{ ...allow('kms:CreateGrant'), Condition }])).rejects.toThrow('kms:CreateGrant')
  })
})

describe('a launch', () => {
  const launch = (statements: Statement[], ImageId: string) =>
    new EC2Client(clientOptions(world, worker(target, statements))).send(
      new RunInstancesCommand({ ImageId, InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 }),
    )
  const encrypted = [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, KmsKeyId: arn, VolumeSize: 8 } }]
  const ami = (account: string) =>
    world.aws.ec2.addImage({
      account,
      region: 'us-east-1',
      Name: 'golden',
      sharedWith: [target.account],
      BlockDeviceMappings: encrypted,
    }).image.ImageId

  it.each([
    ['its own copy', target.account],
    ['what is shared with it', build.account],
  ])('of %s needs the key’s policy and IAM', async (_, owner) => {
    const id = ami(owner)
    const mayAll = [allow('ec2:*', 'kms:*')]
    key({ Principal: { AWS: root(build) } })
    await expect(launch(mayAll, id)).rejects.toThrow('because no resource-based policy allows the kms:')
    key({ Principal: { AWS: root(target) } })
    await expect(launch([allow('ec2:*')], id)).rejects.toThrow('because no identity-based policy allows the kms:')
    expect((await launch(mayAll, id)).Instances).toHaveLength(1)
    const uses = usesThroughEc2(arn, 'us-east-1', ['CreateGrant'])
    expect(uses[0]?.context).toMatchObject({ 'kms:GrantIsForAWSResource': 'true' })
  })

  it('says nothing of keys to who only looks', async () => {
    const id = ami(target.account)
    const client = new EC2Client(clientOptions(world, worker(target, [allow('ec2:DescribeImages')])))
    await expect(client.send(new DescribeImagesCommand({ ImageIds: [id] }))).resolves.toHaveProperty('Images')
  })
})

it('of an encrypted topic decides who may publish', async () => {
  const topic = 'arn:aws:sns:us-east-1:111111111111:golden-notifications'
  world.aws.sns.addTopic({ arn: topic, kmsKeyArn: arn })
  const sns = new SNSClient(clientOptions(world, worker(build, [allow('sns:*', 'kms:*')])))
  const publish = () => sns.send(new PublishCommand({ TopicArn: topic, Message: 'm' }))
  key({ Principal: { AWS: root(target) } })
  await expect(publish()).rejects.toThrow('no resource-based policy allows the kms:GenerateDataKey')
  key({ Principal: { AWS: root(build) } })
  await expect(publish()).resolves.toHaveProperty('MessageId')
})

describe('a SecureString', () => {
  it('needs its key to be written and to be decrypted, through Systems Manager', async () => {
    const client = (statements: Statement[]) => new SSMClient(clientOptions(world, worker(build, statements)))
    const put = new PutParameterCommand({ Name: '/secret', Value: 'x', Type: 'SecureString', KeyId: arn })
    const get = (WithDecryption: boolean) => new GetParametersCommand({ Names: ['/secret'], WithDecryption })
    key({ Principal: { AWS: root(build) } })
    const ssm = client([allow('ssm:*')])
    await expect(ssm.send(put)).rejects.toThrow('kms:Encrypt')
    await client([allow('ssm:*', 'kms:Encrypt')]).send(put)
    await expect(client([allow('ssm:*')]).send(get(true))).rejects.toThrow('kms:Decrypt')
    await expect(client([allow('ssm:*')]).send(get(false))).resolves.toHaveProperty('Parameters')
    const through = (service: string): Statement => ({
      ...allow('kms:Decrypt'),
      Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
    })
    await expect(client([allow('ssm:*'), through('ec2')]).send(get(true))).rejects.toThrow('kms:Decrypt')
    await expect(client([allow('ssm:*'), through('ssm')]).send(get(true))).resolves.toHaveProperty('Parameters')
  })

  it('has a key that AWS manages where nobody names one', async () => {
    const ssm = new SSMClient(clientOptions(world, worker(build, [allow('ssm:*')])))
    await ssm.send(new PutParameterCommand({ Name: '/secret', Value: 'x', Type: 'SecureString' }))
    const { Parameters } = await ssm.send(new GetParametersCommand({ Names: ['/secret'], WithDecryption: true }))
    expect(Parameters?.[0]?.Value).toBe('x')
  })
})

itFitsTheModels(() => calls)
