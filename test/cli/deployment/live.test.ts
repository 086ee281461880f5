import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { openLive } from '../../../cli/deployment/live.ts'
import { Failed } from '../../../cli/problems.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { mockOf } from '../../support/mocks.ts'
import { timedFleet } from '../timed-fleet.ts'

const dynamo = mockOf(DynamoDBClient)
const ec2 = mockOf(EC2Client)
const ssm = mockOf(SSMClient)
const open = () => openLive(deploymentOf(timedFleet(), undefined, {}))

const ami = {
  ImageId: 'ami-0aaaaaaaaaaaaaaaa',
  OwnerId: '444455556666',
  Name: 'soe-al2023-9',
  State: 'available' as const,
  Architecture: 'x86_64' as const,
  CreationDate: '2026-09-01T06:00:00.000Z',
}
const claim = { upstreams: ['al2023'], ami: ami.ImageId, time: '2026-09-01T06:30:00Z' }

describe('a deployed fleet', () => {
  beforeEach(() => {
    for (const mock of [dynamo, ec2, ssm]) mock.reset()
    dynamo.on(GetItemCommand).resolves({})
    ec2.on(DescribeImagesCommand).resolves({ Images: [ami] })
  })

  it('knows nothing before anything was baked', async () => {
    expect((await open()).known).toEqual(emptyFleetState)
    expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'golden-ledger',
      Key: marshall(keyOf('fleetState', {})),
    })
  })

  it('says what its ledger knows', async () => {
    const Item = marshall({ pk: 'FLEET', sk: 'FLEET', version: 3, campaigns: 7, upstreams: {}, images: {} })
    dynamo.on(GetItemCommand).resolves({ Item })
    expect((await open()).known).toEqual({ campaigns: 7, upstreams: {}, images: {} })
  })

  it('may not be deployed', async () => {
    const missing = Object.assign(new Error('x'), { name: 'ResourceNotFoundException' })
    dynamo.on(GetItemCommand).rejects(missing)
    await expect(open()).rejects.toThrow(Failed)
    await expect(open()).rejects.toThrow('Could not read what the ledger knows: there is no table golden-ledger.')
  })

  it.each([
    {
      name: 'a release',
      images: [ami],
      judgement: { releases: [{ upstream: 'al2023', amiName: ami.Name }] },
    },
    {
      name: 'of a stranger',
      images: [{ ...ami, OwnerId: '000000000000' }],
      judgement: { refused: expect.stringContaining('000000000000') },
    },
    { name: 'not to be seen', images: [], judgement: { unseen: expect.stringContaining('111122223333') } },
    {
      name: 'one of its own',
      images: [
        {
          ...ami,
          Tags: [
            { Key: 'rebake:fleet', Value: 'golden' },
            { Key: 'rebake:image', Value: 'base' },
          ],
        },
      ],
      judgement: { refused: expect.stringContaining('as base') },
    },
  ])('judges an AMI: $name', async ({ images, judgement }) => {
    ec2.on(DescribeImagesCommand).resolves({ Images: images })
    const judged = await (await open()).judge(claim)
    expect(judged.judgement).toMatchObject(judgement)
    expect(judged.created).toBe(images[0]?.CreationDate ?? '')
  })

  it('says which AMIs are gone', async () => {
    const gone = Object.assign(new Error('x'), { name: 'InvalidAMIID.NotFound' })
    ec2.on(DescribeImagesCommand, { ImageIds: ['ami-1'] }).rejects(gone)
    ec2.on(DescribeImagesCommand, { ImageIds: ['ami-2'] }).resolves({ Images: [{ State: 'disabled' }] })
    expect(await (await open()).gone(['ami-1', 'ami-2', ami.ImageId])).toEqual(new Set(['ami-1', 'ami-2']))
  })

  it('finds the AMI that an event is about', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-3' } })
    const { find } = await open()
    expect(await find({ ami: 'ami-1' })).toBe('ami-1')
    expect(await find({ imageArn: 'arn:x' })).toBe(ami.ImageId)
    expect(await find({ newestOf: 'public' })).toBe('ami-3')
    await expect(find({ newestOf: 'pointed' })).rejects.toThrow(
      'The parameter /soe/x is in account 444455556666, where only',
    )
  })
})
