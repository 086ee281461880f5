import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetImageCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import { publish } from '../../functions/publish-pointers/publish-pointers.ts'
import { verify } from '../../functions/verify-distribution/verify-distribution.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const imageBuilder = mockOf(ImagebuilderClient)
const ec2 = mockOf(EC2Client)
const ssm = mockOf(SSMClient)
const sts = mockOf(STSClient)
const key = { pk: 'CAMPAIGN#c', sk: 'IMAGE#web' }
const targets = [
  { account: '222233334444', region: 'us-west-2' },
  { account: '222233334444', region: 'us-east-1' },
]
const amis = [
  { accountId: '222233334444', region: 'us-west-2', image: 'ami-0a' },
  { accountId: '222233334444', region: 'us-east-1', image: 'ami-0b' },
]
const execution = 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:c-web'
const request = {
  execution,
  time: '2026-09-08T10:00:00Z',
  startedAt: '2026-09-08T09:00:00Z',
  campaign: 'c',
  image: 'web',
  ring: 'early',
  distributedArn: 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/2',
}
const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' })

async function parts() {
  const ledger = memoryLedger()
  await ledger.create(key, {
    image: 'web',
    imageArn: request.distributedArn,
    order: {
      ...{ image: 'web', number: 1, emergency: false },
      rings: [{ ring: 'early', parameter: '/golden-images/web', targets }],
    },
  })
  const claim = { holder: execution, image: 'web', stage: 'roll-out', number: 1, campaign: 'c', told: true }
  await ledger.create(
    { pk: 'CLAIMS', sk: 'CLAIMS' },
    { version: 1, held: [claim], queue: [], superseded: [] },
  )
  return {
    ...{ fleet: 'golden', imageBuilder: imageBuilder as unknown as ImagebuilderClient, ledger },
    upstreamAccounts: [''],
  }
}

beforeEach(() => {
  for (const mock of [imageBuilder, ec2, ssm, sts]) mock.reset()
  imageBuilder
    .on(GetImageCommand)
    .resolves({ image: { state: { status: 'AVAILABLE' }, outputResources: { amis } } })
  ec2
    .on(DescribeImagesCommand)
    .callsFake(({ ImageIds }) => ({ Images: [{ ImageId: ImageIds[0], State: 'available' }] }))
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
  })
})

describe('verify-distribution', () => {
  it('records the AMI of every target, through one session per account', async () => {
    const all = await parts()
    expect(await verify(all, request)).toEqual({ targets: 2 })
    expect(await all.ledger.get(key)).toMatchObject({
      distributed: {
        early: [
          { ...targets[0], ami: 'ami-0a' },
          { ...targets[1], ami: 'ami-0b' },
        ],
      },
    })
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args: [{ input }] }) => input)).toEqual([
      {
        RoleArn: 'arn:aws:iam::222233334444:role/golden-publish',
        RoleSessionName: 'verify-web',
        ExternalId: 'golden',
        DurationSeconds: 900,
      },
    ])
  })

  it.each([
    ['DISTRIBUTING', request, 'DistributionInProgress', /is DISTRIBUTING/],
    [
      'DISTRIBUTING',
      { ...request, time: '2026-09-09T10:00:00Z' },
      'DistributionTimedOut',
      /after 90000 seconds/,
    ],
    ['FAILED', request, 'DistributionFailed', /^FAILED: 222233334444 us-east-1: no key$/],
    ['CANCELLED', request, 'DistributionFailed', /CANCELLED/],
  ] as const)('takes %s as it is', async (status, asked, name, message) => {
    const failed = [
      {
        accountId: '222233334444',
        region: 'us-east-1',
        state: { status: 'FAILED' as const, reason: 'no key' },
      },
    ]
    imageBuilder
      .on(GetImageCommand)
      .resolves({ image: { state: { status, reason: 'copy failed' }, outputResources: { amis: failed } } })
    await expect(verify(await parts(), asked)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    })
  })

  it('names every target that does not have the AMI', async () => {
    imageBuilder
      .on(GetImageCommand)
      .resolves({ image: { state: { status: 'AVAILABLE' }, outputResources: { amis: amis.slice(0, 1) } } })
    ec2.on(DescribeImagesCommand).resolves({ Images: [] })
    await expect(verify(await parts(), request)).rejects.toMatchObject({
      name: 'DistributionIncomplete',
      message: '222233334444 us-west-2: ami-0a is not visible; 222233334444 us-east-1: no AMI',
    })
  })

  it.each([
    [[''], []],
    [['999900001111'], []],
    [
      ['999900001111', '222233334444'],
      ['COPY#ami-0a', 'COPY#ami-0b'],
    ],
  ])('remembers the copies in the accounts %j, that may release them', async (upstreamAccounts, copies) => {
    const all = await parts()
    await verify({ ...all, upstreamAccounts }, request)
    const remembered = [...all.ledger.items.values()].filter(({ sk }) => sk === 'COPY')
    expect(remembered.map(({ pk }) => pk)).toEqual(copies)
    for (const copy of remembered)
      expect(copy).toMatchObject({ image: 'web', campaign: 'c', account: '222233334444' })
  })

  it('keeps what was verified in the rings before', async () => {
    const all = await parts()
    const placed = [{ account: '222233334444', region: 'us-west-2', ami: 'ami-0z' }]
    await all.ledger.set(key, { distributed: { first: placed } })
    await verify(all, request)
    expect(await all.ledger.get(key)).toMatchObject({ distributed: { first: placed, early: [{}, {}] } })
  })

  it('says which account does not let it in', async () => {
    sts.on(AssumeRoleCommand).rejects(denied)
    await expect(verify(await parts(), request)).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: expect.stringContaining('arn:aws:iam::222233334444:role/golden-publish'),
    })
  })
})

describe('publish-pointers', () => {
  it('writes to each target the AMI that is true there', async () => {
    const all = await parts()
    await verify(all, request)
    ssm.on(PutParameterCommand).resolves({})
    await publish(all, request)
    expect(
      ssm.commandCalls(PutParameterCommand).map(({ args: [{ input }] }) => [input.Name, input.Value]),
    ).toEqual([
      ['/golden-images/web', 'ami-0a'],
      ['/golden-images/web', 'ami-0b'],
    ])
  })

  it('publishes nothing once an emergency has overtaken it: the pointers stay', async () => {
    const all = await parts()
    await verify(all, request)
    await all.ledger.set({ pk: 'CLAIMS', sk: 'CLAIMS' }, { held: [] })
    await expect(publish(all, request)).rejects.toMatchObject({ name: 'Superseded' })
    expect(ssm.calls()).toEqual([])
  })

  it('publishes nothing that was not verified', async () => {
    await expect(publish(await parts(), request)).rejects.toThrow('was not verified in ring early')
  })

  it('names the target that refuses the parameter', async () => {
    const all = await parts()
    await verify(all, request)
    ssm.on(PutParameterCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))
    await expect(publish(all, request)).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: '222233334444 us-west-2: no',
    })
  })
})
