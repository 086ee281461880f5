import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import { amiOfImage, newestAmi, releasedAmi, upstreamDeps } from '../../aws/upstreams.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import { everyKind, own, publicParameter, soe } from '../domain/planning/every-kind.ts'
import { imageBuilderArnPrefix } from '../support/campaign.ts'
import { mockOf } from '../support/mocks.ts'

const ec2 = mockOf(EC2Client)
const ssm = mockOf(SSMClient)
const sts = mockOf(STSClient)
const fleet = everyKind()
const client = ec2 as unknown as EC2Client
const newestOf = (upstream: string, deps = upstreamDeps('golden', imageBuilderArnPrefix, client, 'poll')) =>
  newestAmi(deps, sourceIn(fleet, upstream))
const asked = () => ec2.commandCalls(DescribeImagesCommand).map((call) => call.args[0].input)
const assumed = () => sts.commandCalls(AssumeRoleCommand).map((call) => call.args[0].input)

beforeEach(() => {
  for (const mock of [ec2, ssm, sts]) mock.reset()
  ec2.on(DescribeImagesCommand).resolves({
    Images: [
      { ImageId: 'ami-2', CreationDate: '2026-09-02T00:00:00.000Z' },
      { ImageId: 'ami-3', CreationDate: '2026-09-03T00:00:00.000Z' },
      // Of the same second the later by its id, as a release counts.
      { ImageId: 'ami-4', CreationDate: '2026-09-03T00:00:00.000Z' },
    ],
  })
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-of-parameter' } })
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
  })
})

describe('the newest AMI of an upstream', () => {
  const filters = (...more: [string, string][]) =>
    [...more, ['architecture', 'x86_64'], ['state', 'available']].map(([Name, value]) => ({
      Name,
      Values: [value],
    }))
  it.each([
    ['al2023-soe', soe, filters(['name', 'soe-al2023-*'])],
    ['suse-soe', own, filters(['tag:Ec2ImageBuilderArn', `${imageBuilderArnPrefix}:image/soe-suse/*`])],
    ['sap-soe', soe, filters(['name', 'soe-sap-*'])],
  ])('of %s is looked for among what its owner shares', async (upstream, owner, Filters) => {
    expect(await newestOf(upstream)).toBe('ami-4')
    expect(asked()).toEqual([{ Owners: [owner], Filters }])
    expect([...ssm.calls(), ...sts.calls()]).toEqual([])
  })

  it('of a team that announces AMIs of any name is nowhere to be looked for', async () => {
    expect(await newestOf('graviton-soe')).toBeUndefined()
    expect(ec2.calls()).toEqual([])
  })

  it('is none where there is none', async () => {
    ec2.on(DescribeImagesCommand).resolves({})
    expect(await newestOf('al2023-soe')).toBeUndefined()
  })

  it.each([
    ['debian-soe', '/soe/debian12'],
    ['amazon-linux', publicParameter],
  ])('of %s is what the parameter holds, read with our own role', async (upstream, name) => {
    expect(await newestOf(upstream)).toBe('ami-of-parameter')
    expect(ssm.commandCalls(GetParameterCommand).map((call) => call.args[0].input)).toEqual([{ Name: name }])
    expect(sts.calls()).toEqual([])
  })

  it("of a parameter in another account is read as that account's role, with the external id", async () => {
    expect(await newestOf('rhel-soe')).toBe('ami-of-parameter')
    expect(assumed()).toEqual([
      {
        RoleArn: `arn:aws:iam::${soe}:role/golden-read-upstream`,
        RoleSessionName: 'poll',
        ExternalId: 'golden',
        DurationSeconds: 900,
      },
    ])
  })

  it('is looked for in a new session each time: a function lives longer than a session', async () => {
    const deps = upstreamDeps('golden', imageBuilderArnPrefix, client, 'poll')
    sts.on(AssumeRoleCommand).rejectsOnce(Object.assign(new Error('no stack yet'), { name: 'AccessDenied' }))
    await expect(newestOf('rhel-soe', deps)).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: expect.stringContaining('role/golden-read-upstream'),
    })
    sts.on(AssumeRoleCommand).resolves({
      Credentials: { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
    })
    expect(await newestOf('rhel-soe', deps)).toBe('ami-of-parameter')
    expect(await newestOf('rhel-soe', deps)).toBe('ami-of-parameter')
    expect(assumed()).toHaveLength(3)
  })

  it('is none where the parameter does not exist, and an error where it may not be read', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'no', $metadata: {} }))
    expect(await newestOf('debian-soe')).toBeUndefined()
    ssm.on(GetParameterCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }))
    await expect(newestOf('debian-soe')).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: `${own} us-west-2: denied`,
    })
  })
})

it('finds the AMI that an Image Builder image came to, in the account itself', async () => {
  const arn = `${imageBuilderArnPrefix}:image/soe-suse/1.2.0/3`
  expect(await amiOfImage(client, arn)).toBe('ami-4')
  expect(asked()).toEqual([
    {
      Owners: ['self'],
      Filters: [
        { Name: 'tag:Ec2ImageBuilderArn', Values: [arn] },
        { Name: 'state', Values: ['available'] },
      ],
    },
  ])
})

it('believes nothing that EC2 does not say of an AMI', () => {
  expect(releasedAmi({})).toEqual({
    ami: '',
    ownerId: 'unknown',
    name: '',
    architecture: 'unknown',
    state: 'unknown',
    created: '',
    ownerAlias: undefined,
    bakedAs: undefined,
  })
})
