import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetImageCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { DeleteParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import { taskWaits } from '../../functions/workflow/task-waits.ts'
import type { DistributedPart } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import { memoryLedger, seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

/** A ring of one account and two regions that an image was distributed to, and the AWS that says so. */

export const build = '111122223333'
export const account = '222233334444'
export const targets = [
  { account, region: 'us-west-2' },
  { account, region: 'us-east-1' },
]
export const key = keyOf('image', { campaign: 'c', image: 'web' })
export const arnOf = (n: number) => `arn:aws:imagebuilder:us-west-2:${build}:image/golden-web/1.0.0/${n}`
const execution = `arn:aws:states:us-west-2:${build}:execution:golden-rebake:c-web`
export const request = {
  execution,
  time: '2026-09-08T10:00:00Z',
  startedAt: '2026-09-08T09:00:00Z',
  campaign: 'c',
  image: 'web',
  ring: 'early',
  distributedArn: arnOf(2),
}
export const named = (name: string, message = 'no') => Object.assign(new Error(message), { name })

export const copy = (region: string, image: string, accountId = account) => ({ accountId, region, image })
export const copies = [copy('us-west-2', 'ami-0a'), copy('us-east-1', 'ami-0b')]

interface Reported {
  status?: string
  amis?: object[]
  reason?: string
}

export function ringWorld() {
  const imageBuilder = mockOf(ImagebuilderClient)
  const ec2 = mockOf(EC2Client)
  const ssm = mockOf(SSMClient)
  const sts = mockOf(STSClient)

  /** What Image Builder says of the distribution, or of the one with that number. */
  const say = ({ status = 'AVAILABLE', amis = copies, reason }: Reported, n?: number) =>
    imageBuilder.on(GetImageCommand, n === undefined ? undefined : { imageBuildVersionArn: arnOf(n) }).resolves({
      image: { state: { status, reason } as never, outputResources: { amis: amis as never } },
    })

  /** AMIs that are as they must be, but for this. */
  const see = (more: object = {}, ebs: object = {}) =>
    ec2.on(DescribeImagesCommand).callsFake(({ ImageIds }) => ({
      Images: [
        {
          ImageId: ImageIds[0],
          State: 'available',
          OwnerId: account,
          ...more,
          BlockDeviceMappings: [{ Ebs: { SnapshotId: `snap-${ImageIds[0]}`, Encrypted: true, ...ebs } }],
        },
      ],
    }))

  const seeKey = (KmsKeyId: string) =>
    ec2.on(DescribeSnapshotsCommand).callsFake(({ SnapshotIds }) => ({
      Snapshots: SnapshotIds.map((SnapshotId: string) => ({ SnapshotId, KmsKeyId })),
    }))

  /** Parameter Store of all targets: the AMI that each name was given last. */
  const parameters = new Map<string, string>()

  const reset = () => {
    for (const mock of [imageBuilder, ec2, ssm, sts]) mock.reset()
    say({})
    see()
    parameters.clear()
    ssm.on(PutParameterCommand).callsFake(({ Name, Value }) => {
      parameters.set(Name, Value)
    })
    ssm.on(DeleteParameterCommand).callsFake(({ Name }) => {
      parameters.delete(Name)
    })
    ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
      Parameters: Names.flatMap((Name) => {
        const Value = parameters.get(Name)
        return Value === undefined ? [] : [{ Name, Value }]
      }),
    }))
    sts.on(AssumeRoleCommand).resolves({
      Credentials: { AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
    })
  }

  async function parts(
    ring: Partial<RingOrder> = {},
    distributed: DistributedPart[] = [{ accounts: [account], arn: arnOf(2) }],
  ) {
    const ledger = memoryLedger()
    const regions = ['us-west-2', 'us-east-1']
    const plain = {
      ring: 'early',
      parameter: '/golden-images/web',
      regions,
      mode: 'copy' as const,
      kmsKeys: {},
      launchTemplates: [],
    }
    await seed(ledger, key, {
      image: 'web',
      imageArn: arnOf(1),
      order: {
        image: 'web',
        number: 1,
        emergency: false,
        rings: [{ ...plain, ...ring }],
        checks: [{ check: 'ami', kind: 'ami', settings: { encrypted: true } }],
      },
      distributing: { early: { startedAt: request.startedAt, parts: distributed } },
    })
    const claim = { holder: execution, image: 'web', stage: 'roll-out' as const, number: 1, campaign: 'c', told: true }
    await seed(ledger, keyOf('locks', {}), { held: [claim], queue: [], superseded: [] })
    return {
      fleet: 'golden',
      imageBuilder: imageBuilder as unknown as ImagebuilderClient,
      ledger,
      waits: taskWaits(ledger.waits, {} as never),
      upstreamAccounts: [''],
      distributionRole: 'golden-distribution',
    }
  }

  return { imageBuilder, ec2, ssm, sts, parameters, say, see, seeKey, reset, parts }
}
