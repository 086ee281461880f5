import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  roleWith,
  type Served,
  served,
  target,
  trusting,
} from '../accounts.ts'

const RoleArn = `arn:aws:iam::${target.account}:role/golden-publish`
let world: Served
let client: STSClient

beforeAll(async () => {
  world = await served()
  const trust = trusting(
    { AWS: `arn:aws:iam::${build.account}:root` },
    { StringEquals: { 'sts:ExternalId': 'golden' } },
  )
  roleWith(world.aws, [allow('ssm:*')], {
    account: target.account,
    name: 'golden-publish',
    logicalId: 'PublishRole',
    trust,
  })
  client = new STSClient(clientOptions(world, roleWith(world.aws, [allow('sts:AssumeRole')])))
})

afterAll(async () => {
  await world.close()
})

it('gives credentials that act in the other account, as the other role', async () => {
  const input = { RoleArn, RoleSessionName: 'publish', ExternalId: 'golden', DurationSeconds: 900 }
  const { Credentials, AssumedRoleUser } = await client.send(new AssumeRoleCommand(input))
  expect(Credentials?.Expiration).toEqual(new Date('2026-09-01T12:15:00Z'))
  expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[0-9A-F]{17}:publish$/)
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  }
  const there = new SSMClient({ ...clientOptions(world), credentials })
  await there.send(new PutParameterCommand({ Name: '/golden-images/base', Value: 'x', Type: 'String' }))
  expect(world.aws.ssm.valueOf('/golden-images/base', target)).toBe('x')
  expect(world.aws.ssm.valueOf('/golden-images/base', build)).toBeUndefined()
  expect(world.aws.calls.at(-1)).toMatchObject({ principal: 'PublishRole', account: target.account })
  const who = await new STSClient({ ...clientOptions(world), credentials }).send(new GetCallerIdentityCommand())
  expect(who).toMatchObject({
    Account: target.account,
    Arn: AssumedRoleUser?.Arn,
    UserId: AssumedRoleUser?.AssumedRoleId,
  })
})

it('refuses in STS’s way', async () => {
  const call = client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'publish' }))
  await expect(call).rejects.toMatchObject({ name: 'AccessDenied' })
})

it('lets nobody into an account that refuses, until it admits again', async () => {
  const input = { RoleArn, RoleSessionName: 'publish', ExternalId: 'golden' }
  const assume = (by: STSClient) => by.send(new AssumeRoleCommand(input))
  const operator = new STSClient(clientOptions(world))
  world.aws.iam.refuse(target.account)
  for (const by of [client, operator]) await expect(assume(by)).rejects.toMatchObject({ name: 'AccessDenied' })
  world.aws.iam.admit(target.account)
  for (const by of [client, operator]) expect((await assume(by)).Credentials).toBeDefined()
})

it.each([
  ['AKIAUNKNOWN', build.account],
  [target.account, target.account],
])('the key %s is an operator of %s', async (accessKeyId, account) => {
  const credentials = { accessKeyId, secretAccessKey: 'any' }
  const who = await new STSClient({ ...clientOptions(world), credentials }).send(new GetCallerIdentityCommand())
  expect(who).toMatchObject({ Account: account, Arn: `arn:aws:iam::${account}:user/operator` })
  const ssm = new SSMClient({ ...clientOptions(world), credentials })
  const there = await ssm
    .send(new GetParameterCommand({ Name: '/golden-images/base' }))
    .catch((error: Error) => error.name)
  expect(typeof there === 'string').toBe(account === build.account)
})

itFitsTheModels(() => world.aws.calls)
