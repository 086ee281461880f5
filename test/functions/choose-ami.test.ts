import { DescribeImagesCommand, EC2Client, type Image } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ManualTrigger } from '../../domain/triggers.ts'
import { chooseAmi } from '../../functions/plan-campaign/choose-ami.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const ec2 = mockOf(EC2Client)
beforeEach(() => void ec2.reset())

const ami = 'ami-0a1b2c3d4e5f67890'
const created = '2026-08-08T08:00:00.000Z'
const time = '2026-09-08T09:00:00Z'
const soe: Image = {
  ImageId: ami,
  OwnerId: '444455556666',
  Name: 'soe-al2023-2026.08.1',
  CreationDate: created,
  Architecture: 'x86_64',
  State: 'available',
}
const chooseIn = (ledger: ReturnType<typeof memoryLedger>, asked: Partial<ManualTrigger>) =>
  chooseAmi(
    { fleet: exampleFleet(), ec2: ec2 as unknown as EC2Client, ledger },
    { kind: 'manual', time, reason: 'because', ...asked },
  )
const choosing = (asked: Partial<ManualTrigger>) => chooseIn(memoryLedger(), asked)

describe('what a person asks for', () => {
  it.each<[Partial<ManualTrigger>]>([[{ images: ['web-frontend', 'orders-api'] }], [{ upstream: 'al2023-soe' }]])(
    'is taken where it exists: %j',
    async (asked) => {
      await choosing(asked)
      expect(ec2.calls()).toEqual([])
    },
  )

  it.each<[Partial<ManualTrigger>, string]>([
    [
      { images: ['orders-api', 'web-fronted'] },
      "the deployed fleet has no image 'web-fronted', did you mean 'web-frontend'?",
    ],
    [{ upstream: 'al2032-soe' }, "the deployed fleet has no upstream 'al2032-soe', did you mean 'al2023-soe'?"],
    [{ upstream: 'web-frontend', ami }, "the deployed fleet has no upstream 'web-frontend'"],
    [{}, 'ask for images, or for an upstream'],
    [{ images: ['web-frontend'], upstream: 'al2023-soe' }, 'ask for images, or for an upstream'],
    [{ images: ['web-frontend'], ami }, `${ami} is the AMI of an upstream: name that, not images`],
  ])('is refused where it does not, or makes no sense: %j', async (asked, message) => {
    await expect(choosing(asked)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining(message),
    })
  })
})

describe('an AMI that a person chose', () => {
  it('is what its upstream is from then on, older than the newest as it may be', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [soe] })
    const ledger = memoryLedger()
    const newest = { ami: 'ami-0e0e0e0e0e0e0e0e0', created: '2026-09-01T08:00:00.000Z' }
    const before = { ...newest, amiName: 'soe-al2023-2026.09.1', since: '2026-09-01T09:00:00Z', newest }
    await ledger.fleetState.change((known) => ({
      ...known,
      upstreams: { 'al2023-soe': { ...before, campaign: 'c1', started: true } },
    }))
    await chooseIn(ledger, { upstream: 'al2023-soe', ami })
    expect((await ledger.fleetState.read()).upstreams['al2023-soe']).toMatchObject({
      ami,
      amiName: soe.Name,
      since: time,
      newest,
      campaign: 'c1',
      started: true,
    })
  })

  it.each<[string, Partial<Image>, string]>([
    ['of another owner', { OwnerId: '999999999999' }, 'its owner is account 999999999999, and no upstream'],
    ['of another name', { Name: 'test' }, "its name is 'test', and the upstreams of account 444455556666 expect"],
    ['of another architecture', { Architecture: 'arm64' }, 'its architecture is arm64'],
    ['that is not available', { State: 'pending' }, 'it is pending, not available'],
    [
      'of this fleet',
      {
        Tags: [
          { Key: 'rebake:fleet', Value: 'golden' },
          { Key: 'rebake:image', Value: 'web-frontend' },
        ],
      },
      'it was baked by this fleet, as web-frontend',
    ],
  ])('is believed no more than one of an event: %s', async (_, seen, message) => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ...soe, ...seen }] })
    const ledger = memoryLedger()
    await expect(chooseIn(ledger, { upstream: 'al2023-soe', ami })).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining(`${ami}: ${message}`),
    })
    expect(ledger.items.size).toBe(0)
  })

  it('is refused when nobody can see it', async () => {
    ec2.on(DescribeImagesCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidAMIID.NotFound' }))
    await expect(choosing({ upstream: 'al2023-soe', ami })).rejects.toThrow(
      `${ami}: the build account 111122223333 cannot see it`,
    )
  })
})
